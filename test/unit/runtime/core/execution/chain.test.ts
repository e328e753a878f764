import { recursionLimit as limitOfLocalLambda } from '../../../../../src/local/invoke/limits';
import {
  type Chain,
  firstChain,
  isChain,
  isChainSpent,
  maxChain,
  recursionLimit,
} from '../../../../../src/runtime/core/execution/line';

const terminated = (length: number): { chain: Chain } => ({ chain: { length, setting: 'terminate' } });

describe('a chain of invocations', () => {
  it('A chain of invocations begins with nothing behind it, and nobody has asked for the recursion setting', () => {
    expect(firstChain).toEqual({ length: 0, setting: null });
  });

  it('A chain of invocations is spent by its 14th invocation: it may hand over to a 14th, and not to a 15th', () => {
    expect([13, 14, 15].map((length) => isChainSpent(terminated(length)))).toEqual([false, true, true]);
  });

  it.each(['allow', 'unknown', null] as const)(
    'A chain of invocations is never spent when its setting is %s',
    (setting) => {
      expect(isChainSpent({ chain: { length: 1_000, setting } })).toBe(false);
    },
  );

  it('A chain of invocations is parked while AWS still lets it pass, by the number that the local Lambda counts to as well', () => {
    expect(maxChain).toBeLessThan(recursionLimit);
    expect(limitOfLocalLambda).toBe(recursionLimit);
  });
});

describe('isChain', () => {
  it.each([null, 'allow', 'terminate', 'unknown'])('isChain says yes to setting %j', (setting) => {
    expect(isChain({ length: 7, setting })).toBe(true);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['one without its length', { setting: null }],
    ['one whose length is a text', { length: '7', setting: null }],
    ['one whose length is half an invocation', { length: 7.5, setting: null }],
    ['one without its setting', { length: 7 }],
    ['one whose setting AWS does not have', { length: 7, setting: 'Allow' }],
    ['one whose setting is empty', { length: 7, setting: '' }],
  ])('isChain says no to %s', (_what, value) => {
    expect(isChain(value)).toBe(false);
  });
});
