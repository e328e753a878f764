import {
  describeOutlasting,
  hasNoFuse,
  listStarvedSteps,
  needsStore,
  outlastsRecursion,
} from '../../../../../src/runtime/core/execution/deployment-rules';
import { makePlan } from '../core.helpers';

const yearMs = 366 * 24 * 60 * 60 * 1_000;

describe('listStarvedSteps', () => {
  it('listStarvedSteps lists the steps that want all the time, or more, that an invocation has before its safe window', () => {
    const steps = [
      { minBudgetMs: 0 },
      { minBudgetMs: 59_999 },
      { minBudgetMs: 60_000 },
      { minBudgetMs: 60_001 },
    ];
    expect(listStarvedSteps(steps, 60_000)).toEqual([{ minBudgetMs: 60_000 }, { minBudgetMs: 60_001 }]);
  });
});

describe('outlastsRecursion', () => {
  it.each([
    [14, false],
    [15, true],
  ])('outlastsRecursion says of %i invocations: %s', (maxInvocations, decision) => {
    expect(outlastsRecursion({ maxInvocations })).toBe(decision);
  });
});

describe('describeOutlasting', () => {
  it('describeOutlasting says that AWS drops what no store can keep', () => {
    expect(describeOutlasting(false)).toMatchInlineSnapshot(
      `"AWS drops every execution after about 16 invocations, without a word in its log"`,
    );
  });

  it('describeOutlasting says that an execution is parked where there is a store', () => {
    expect(describeOutlasting(true)).toMatchInlineSnapshot(
      `"every execution is parked after 14 invocations, before AWS would drop it, and waits for baton redrive"`,
    );
  });
});

describe('hasNoFuse', () => {
  const { limits } = makePlan({ limits: { maxInvocations: 366, maxDurationMs: Number.MAX_SAFE_INTEGER } });
  const dayMs = yearMs / 366;

  it.each<[boolean, string, object, number]>([
    [false, 'invocations that end within a year', {}, dayMs],
    [true, 'invocations that may take longer', {}, dayMs + 1],
    [false, 'a duration of a year', { maxDurationMs: yearMs }, dayMs + 1],
    [true, 'a longer duration', { maxDurationMs: yearMs + 1 }, dayMs + 1],
    [false, 'a limit in dollars', { maxCostUsd: 5 }, dayMs + 1],
  ])('hasNoFuse says %s of %s', (decision, _what, parts, timeoutMs) => {
    expect(hasNoFuse({ ...limits, ...parts }, timeoutMs)).toBe(decision);
  });
});

describe('needsStore', () => {
  it.each([
    [false, undefined],
    [false, 'handoff'],
    [true, 'step'],
    [true, { everyMs: 1_000 }],
  ] as const)('needsStore says %s of durability %j', (decision, durability) => {
    expect(needsStore({ durability })).toBe(decision);
  });
});
