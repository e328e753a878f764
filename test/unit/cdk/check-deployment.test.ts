import { checkDeployment, type DeploymentFacts } from '../../../src/cdk/check-deployment';
import { InvalidDeploymentError } from '../../../src/cdk/invalid-deployment-error';
import type { LongRunningOptions } from '../../../src/decorators';
import { retentionMs } from '../../../src/runtime/checkpoint/journal-entry';
import { countKeptDays } from '../../../src/runtime/core/execution/deployment-rules';
import { planOf } from './plan-of';

const sound: DeploymentFacts = {
  timeoutMs: 900_000,
  recursiveLoop: 'Allow',
  hasStore: true,
  queue: { visibilityMs: 5_400_000, maxReceiveCount: 5 },
  expireAfterDays: undefined,
};

describe('a function that hosts several jobs', () => {
  it('A function that hosts several jobs is checked by what each of them needs', () => {
    const jobs = [planOf({ name: 'one' }), planOf({ name: 'other', safeMs: 600_000 })];
    const faults = checkDeployment({ ...sound, timeoutMs: 300_000 }, jobs);
    expect(faults.map(({ problem }) => problem)).toEqual([
      expect.stringContaining('is not above safeMs of job other (600000 ms)'),
    ]);
  });
});

describe('a deployment', () => {
  it.each<[string, Partial<DeploymentFacts>, Partial<LongRunningOptions>?, number?]>([
    ['as the construct makes it by default', {}],
    ['without a queue', { queue: undefined }],
    ['with a visibility of just the time-out', { queue: { visibilityMs: 900_000, maxReceiveCount: 5 } }],
    ['of 90 minutes on Managed Instances', { timeoutMs: 5_400_000 }],
    ['with a time-out just above safeMs', { timeoutMs: 60_001 }],
    ['with a step that just has its budget', {}, {}, 839_999],
    ['without a store, checkpointing at hand-offs', { hasStore: false }, { durability: 'handoff' }],
    ['without a store, leaving durability to the runtime', { hasStore: false }],
    [
      'that terminates recursion, of a job that needs none',
      { recursiveLoop: 'Terminate' },
      { limits: { maxInvocations: 14 } },
    ],
    ['of a year', {}, { limits: { maxInvocations: 35_000, maxDurationMs: 365 * 86_400_000 } }],
    [
      'of any length, with a limit of cost',
      {},
      { limits: { maxInvocations: 1e9, maxDurationMs: Number.MAX_SAFE_INTEGER, maxCostUsd: 5 } },
    ],
  ])('A deployment %s has no faults', (...[, facts, options, minBudgetMs]) => {
    expect(checkDeployment({ ...sound, ...facts }, [planOf(options, minBudgetMs)])).toEqual([]);
  });

  it('A deployment of a job that is not known is checked by itself', () => {
    expect(checkDeployment({ ...sound, timeoutMs: 1_000 }, [])).toEqual([]);
    expect(checkDeployment({ ...sound, timeoutMs: 5_400_001 }, [])).toHaveLength(2);
  });

  it('A deployment is told everything that cannot work, each with its fix', () => {
    const check = (
      facts: Partial<DeploymentFacts>,
      options: Partial<LongRunningOptions> = {},
      minBudgetMs = 0,
    ) =>
      checkDeployment({ ...sound, ...facts }, [planOf(options, minBudgetMs)])
        .map(({ problem, fix }) => `${problem}\n→ ${fix}`)
        .join('\n');
    const endless = { limits: { maxInvocations: 1e9, maxDurationMs: Number.MAX_SAFE_INTEGER } };
    const texts = [
      check({ timeoutMs: 60_000 }),
      check({}, {}, 840_000),
      check({ queue: { visibilityMs: 899_999, maxReceiveCount: 5 } }),
      check({ queue: { visibilityMs: 43_200_001, maxReceiveCount: 5 } }),
      check({ queue: { visibilityMs: 900_000, maxReceiveCount: 4 } }),
      check({ hasStore: false }, { durability: 'step' }),
      check({ hasStore: false }, { durability: { everyMs: 1_000 } }),
      check({ recursiveLoop: 'Terminate' }, { limits: { maxInvocations: 15 } }),
      check({ recursiveLoop: 'Terminate', hasStore: false }),
      check({}, endless),
    ];
    expect(`\n${texts.join('\n\n')}\n`).toMatchInlineSnapshot(`
"
timeout (60000 ms) is not above safeMs of job Reconcile (60000 ms): no invocation would ever start a step.
→ Set timeout above 60000 ms, or lower safeMs in @LongRunning.

Step reconcilePage of job Reconcile wants minBudgetMs 840000, and an invocation has 840000 ms before its safe window: the step would never start.
→ Set timeout above 900000 ms, or lower minBudgetMs.

queue.visibilityTimeout (899999 ms) is under the function's timeout (900000 ms): AWS refuses the event source mapping.
→ Set it to 900000 ms at least, better six times as much, or leave it out.

queue.visibilityTimeout (43200001 ms) is more than SQS allows (43200000 ms).
→ Set it to Duration.hours(12) or less, or leave it out.

queue.maxReceiveCount (4) is under 5: throttles alone would send continuations to the dead-letter queue.
→ Set it to 5 or more, or leave it out.

Job Reconcile asks for durability "step", and there is no store.
→ Leave store: false out, or set durability: 'handoff' in @LongRunning.

Job Reconcile asks for durability {"everyMs":1000}, and there is no store.
→ Leave store: false out, or set durability: 'handoff' in @LongRunning.

recursiveLoop is TERMINATE, and limits.maxInvocations of job Reconcile is 15: every execution is parked after 14 invocations, before AWS would drop it, and waits for baton redrive.
→ Leave recursiveLoop out (ALLOW), or set limits.maxInvocations to 14 or less.

recursiveLoop is TERMINATE, and limits.maxInvocations of job Reconcile is 1000: AWS drops every execution after about 16 invocations, without a word in its log.
→ Leave recursiveLoop out (ALLOW), or set limits.maxInvocations to 14 or less.

recursiveLoop is ALLOW, and job Reconcile has no fuse that would end it within a year (maxInvocations 1000000000, maxDurationMs 9007199254740991).
→ Set limits.maxInvocations, limits.maxDurationMs or limits.maxCostUsd in @LongRunning to what the work may take.
"
`);
  });

  it('A deployment has no faults by what only CloudFormation knows', () => {
    const unknown = {
      timeoutMs: undefined,
      recursiveLoop: undefined,
      queue: { visibilityMs: undefined, maxReceiveCount: undefined },
    };
    expect(checkDeployment({ ...sound, ...unknown }, [planOf()])).toEqual([]);
  });

  it('A deployment keeps the objects of a bucket until no record can name them any more', () => {
    const dayMs = 24 * 60 * 60 * 1_000;
    for (const maxDurationMs of [1, dayMs, 7 * dayMs, 45.5 * dayMs, 365 * dayMs]) {
      expect(Number(countKeptDays({ maxDurationMs })) * dayMs).toBeGreaterThanOrEqual(
        2 * (maxDurationMs + retentionMs),
      );
    }
    expect(countKeptDays({ maxDurationMs: Number.MAX_SAFE_INTEGER })).toBeUndefined();
  });

  it('A deployment is refused with all of its faults in one error', () => {
    const faults = checkDeployment({ ...sound, timeoutMs: 60_000, recursiveLoop: 'Terminate' }, [planOf()]);
    const error = new InvalidDeploymentError('App/Reconcile', faults);
    expect(error.message).toMatch(
      /^LongRunningFunction App\/Reconcile has 2 faults:\n1\. timeout .*\n {3}→ .*\n2\. recursiveLoop .*\n {3}→ /,
    );
    expect(error).toMatchObject({
      code: 'INVALID_DEPLOYMENT',
      retryable: false,
      details: { construct: 'App/Reconcile', faults },
    });
    expect(new InvalidDeploymentError('App/Reconcile', faults.slice(0, 1)).message).toMatch(
      /^LongRunningFunction App\/Reconcile: timeout .*\n→ /,
    );
  });
});
