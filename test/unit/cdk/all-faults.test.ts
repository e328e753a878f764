import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration, Lazy, RemovalPolicy } from 'aws-cdk-lib';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { checkDeployment, type DeploymentFacts } from '../../../src/cdk/check-deployment';
import {
  findDashboardFaults,
  findEntryFaults,
  findRuntimeFaults,
  findSchedulerFaults,
  findStoreFaults,
  findSweepFaults,
  findTokenFaults,
  findVersionFaults,
} from '../../../src/cdk/find-faults';
import { listWarnings } from '../../../src/cdk/list-warnings';
import type { LongRunningFunctionProps } from '../../../src/cdk/long-running-function-props';
import type { LongRunningOptions } from '../../../src/decorators';
import { inProperty, listMessagePatterns } from '../../helpers/list-message-patterns';
import { planOf } from './plan-of';

const sound: DeploymentFacts = {
  timeoutMs: 900_000,
  recursiveLoop: 'Allow',
  hasStore: true,
  queue: { visibilityMs: 5_400_000, maxReceiveCount: 5 },
  expireAfterDays: undefined,
};
const queue = (change: object) => ({ queue: { visibilityMs: 5_400_000, maxReceiveCount: 5, ...change } });
const endless = { limits: { maxInvocations: 1e9, maxDurationMs: Number.MAX_SAFE_INTEGER } };

const check = (
  facts: Partial<DeploymentFacts> = {},
  options: Partial<LongRunningOptions> = {},
  minBudgetMs = 0,
) => checkDeployment({ ...sound, ...facts }, [planOf(options, minBudgetMs)]).map(({ problem }) => problem);
class Job {}
const destroying = { functionProps: { currentVersionOptions: { removalPolicy: RemovalPolicy.DESTROY } } };
const entry = __filename;
const sweep = (props: Partial<LongRunningFunctionProps>, hasStore = true) =>
  findSweepFaults({ entry, job: Job, sweep: true, ...props }, hasStore).map(({ problem }) => problem);
const warn = (props: Partial<LongRunningFunctionProps> = {}) =>
  listWarnings({ entry, job: Job, ...props }).map(({ text }) => text);

/** In a folder from which esbuild is not found, which Docker would be reached for otherwise. */
function withoutEsbuild<T>(find: (file: string) => T): T {
  const [folder, before] = [mkdtempSync(join(tmpdir(), 'baton-entry-test-')), process.cwd()];
  writeFileSync(join(folder, 'job.ts'), '');
  try {
    process.chdir(folder);
    return find('job.ts');
  } finally {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  }
}

/** For each file, what it says of deployments that are ill in one way, and of those that are well. */
const table: readonly (readonly [
  file: string,
  property: string,
  ill: readonly string[][],
  well: readonly string[][],
])[] = [
  [
    'check-deployment.ts',
    'problem',
    [
      check({ timeoutMs: 5_400_001, ...queue({ visibilityMs: 43_200_000 }) }),
      check(queue({ visibilityMs: 899_999 })),
      check(queue({ visibilityMs: 43_200_001 })),
      check(queue({ maxReceiveCount: 4 })),
      check({ timeoutMs: 60_000, queue: undefined }),
      check({}, {}, 840_000),
      check({ hasStore: false }, { durability: 'step' }),
      check({ recursiveLoop: 'Terminate' }),
      check({}, endless),
      check({ expireAfterDays: 73 }),
    ],
    [
      check(),
      check({ expireAfterDays: 74 }),
      check({ queue: undefined }),
      check({ recursiveLoop: 'Terminate' }, { limits: { maxInvocations: 14 } }),
    ],
  ],
  [
    'find-faults.ts',
    'problem',
    [
      sweep({}, false),
      sweep({ job: undefined as never }),
      sweep({ sweep: { grace: Duration.seconds(59) } }),
      sweep({ sweep: { limit: 1_001 } }),
      ...[
        findEntryFaults('nowhere.ts'),
        withoutEsbuild((file) => findEntryFaults(file)),
        findRuntimeFaults({}, undefined),
        findRuntimeFaults({ runtime: Runtime.NODEJS_20_X }, Runtime.NODEJS_24_X),
        findVersionFaults(destroying, undefined),
        findTokenFaults({ entry, timeout: Duration.minutes(Lazy.number({ produce: () => 15 })) }),
        findStoreFaults({ store: { table: false, bucket: true, pointInTimeRecovery: true } }),
        findStoreFaults({ store: { hasIndex: true } }),
        findDashboardFaults({ entry, dashboard: true }),
        findSchedulerFaults({ entry, scheduler: true }, false),
      ].map((faults) => faults.map(({ problem }) => problem)),
    ],
    [
      sweep({}),
      sweep({ sweep: { grace: Duration.minutes(1), limit: 1_000 } }),
      sweep({ sweep: false, job: undefined as never }, false),
      sweep({ sweep: undefined as never }, false),
      ...[
        findEntryFaults(entry),
        withoutEsbuild((file) => findEntryFaults(file, { forceDockerBundling: true })),
        findRuntimeFaults({}, Runtime.NODEJS_24_X),
        findRuntimeFaults({ runtime: Runtime.NODEJS_22_X }, undefined),
        findVersionFaults({}, undefined),
        findVersionFaults(destroying, { continueOn: 'latest' }),
        findVersionFaults({ ...destroying, continueOn: 'latest' }, undefined),
        findTokenFaults({ entry, timeout: Duration.minutes(15) }),
        findTokenFaults({ entry, timeout: Duration.seconds(Lazy.number({ produce: () => 900 })) }),
        findStoreFaults({}),
        findDashboardFaults({ entry }),
        findSchedulerFaults({ entry, scheduler: true }, true),
        findSchedulerFaults({ entry }, false),
        findDashboardFaults({ entry, job: Job, dashboard: true }),
        findStoreFaults({ store: false }),
        findStoreFaults({ store: { pointInTimeRecovery: true } }),
      ].map((faults) => faults.map(({ problem }) => problem)),
    ],
  ],
  [
    'list-warnings.ts',
    'text',
    [
      warn({ job: undefined as never, store: false, signingKey: { secretValue: {} as never } }),
      warn({ job: undefined as never }).slice(1),
      warn({ store: false }),
      warn({ retryAttempts: 0 }),
      warn({ retryAttempts: 1 }),
      warn({ queue: false }),
      warn({ compileCache: 'nowhere' }),
    ],
    [warn(), warn({ store: false, signingKey: { secretValue: {} as never } })],
  ],
];

describe.each(table)('what %s can say of a deployment', (file, property, ill, well) => {
  const patterns = listMessagePatterns(join(__dirname, '../../../src/cdk', file), inProperty(property));

  it('What a check can say of a deployment is seen to be said, each of it, of a deployment that is ill in that way alone', () => {
    for (const said of ill) expect(said).toHaveLength(1);
    expect(patterns.length).toBeGreaterThan(1);
    expect(patterns.filter(({ text }) => !ill.flat().some((said) => text?.test(said)))).toEqual([]);
  });

  it('What a check can say of a deployment is not said of one that is well', () => {
    expect(well.flat()).toEqual([]);
  });
});
