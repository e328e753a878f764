import { recursionLimit as limitOfLocalLambda } from '../../../../src/local/invoke/lineage';
import { type Chain, firstChain, isChain, isChainSpent, longestChain, recursionLimit } from '../../../../src/runtime/core/chain';

const terminated: Chain = { since: 1, setting: 'terminate' };

describe('a chain of invocations', () => {
  it('begins with invocation 1, and nobody has asked for the recursion setting', () => {
    expect(firstChain).toEqual({ since: 1, setting: null });
  });

  it('is spent by its 14th invocation: it may hand over to a 14th, and not to a 15th', () => {
    expect([14, 15, 16].map((invocation) => isChainSpent({ chain: terminated, invocation }))).toEqual([false, true, true]);
  });

  it('is counted from the redrive that it began with', () => {
    const chain = { since: 15, setting: 'terminate' } as const;
    expect([28, 29].map((invocation) => isChainSpent({ chain, invocation }))).toEqual([false, true]);
  });

  it.each(['allow', 'unknown', null] as const)('is never spent when its setting is %s', (setting) => {
    expect(isChainSpent({ chain: { since: 1, setting }, invocation: 1_000 })).toBe(false);
  });

  it('is parked while AWS still lets it pass, by the number that the local Lambda counts to as well', () => {
    expect(longestChain).toBeLessThan(recursionLimit);
    expect(limitOfLocalLambda).toBe(recursionLimit);
  });
});

describe('isChain', () => {
  it.each([null, 'allow', 'terminate', 'unknown'])('says yes to setting %j', (setting) => {
    expect(isChain({ since: 7, setting })).toBe(true);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['one without its beginning', { setting: null }],
    ['one whose beginning is a text', { since: '7', setting: null }],
    ['one whose beginning is half an invocation', { since: 7.5, setting: null }],
    ['one without its setting', { since: 7 }],
    ['one whose setting AWS does not have', { since: 7, setting: 'Allow' }],
    ['one whose setting is empty', { since: 7, setting: '' }],
  ])('says no to %s', (_what, value) => {
    expect(isChain(value)).toBe(false);
  });
});
