import type {
  DoctorFacts,
  FunctionFacts,
  JobFacts,
  MappingFacts,
  QueueFacts,
  SchedulerFacts,
  TableFacts,
} from '../../src/cli/doctor/facts';
import { know } from '../../src/cli/doctor/finding';

export const healthyFunction: FunctionFacts = {
  name: 'reconcile',
  qualifier: 'live',
  version: '7',
  runtime: 'nodejs24.x',
  timeoutMs: 900_000,
  memoryMb: 512,
  isInVpc: false,
  hasFileSystem: false,
  key: undefined,
  hasDeadLetterQueue: false,
};

export const healthyJob: JobFacts = {
  name: 'Reconcile',
  safeMs: 60_000,
  continueOn: undefined,
  limits: {
    maxInvocations: 1_000,
    maxDurationMs: 604_800_000,
    maxIdleInvocations: 3,
    maxInterruptions: 2,
    maxStalledInvocations: 50,
    maxCostUsd: undefined,
  },
  steps: [{ method: 'reconcilePage', minBudgetMs: 0 }],
  parameterCount: 2,
};

export const healthyMapping: MappingFacts = {
  target: 'reconcile:live',
  isOfFunction: true,
  invokes: 'alias',
  isEnabled: true,
  batchSize: 1,
  reportsFailures: true,
};

export const healthyQueue: QueueFacts = {
  name: 'continuations',
  visibilityMs: 5_400_000,
  maxMessageBytes: 1_048_576,
  key: undefined,
  deadLetters: { maxReceiveCount: 5 },
  mappings: know([healthyMapping]),
};

export const healthyTable: TableFacts = {
  name: 'executions',
  partitionKey: 'pk S',
  sortKey: 'sk S',
  jobIndex: ['job S', 'startedAtMs N'],
  expiresBy: know('expiresAt'),
  key: undefined,
};

export const healthyScheduler: SchedulerFacts = {
  role: 'wake',
  group: 'jobs',
  isGroupThere: true,
  isRoleTrusting: true,
  mayRoleInvoke: true,
  mayCreate: true,
  mayPassRole: true,
};

export const healthyVariables = {
  BATON_TABLE: 'executions',
  BATON_BUCKET: 'states',
  BATON_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/continuations',
};

const arn = 'arn:aws:lambda:us-east-1:123456789012:function:reconcile';

/** A deployment as the construct makes it: nothing to find fault with. */
export const healthyFacts: DoctorFacts = {
  isLocal: false,
  fn: know(healthyFunction),
  environment: know(healthyVariables),
  recursion: know('Allow'),
  reservedConcurrency: know(undefined),
  permissions: know([
    { resource: arn, isAllowed: true, by: 'dry-run' },
    { resource: `${arn}:7`, isAllowed: true, by: 'dry-run' },
  ]),
  retries: know([
    { qualifier: 'live', attempts: 2, hasDestination: true },
    { qualifier: '7', attempts: 2, hasDestination: true },
  ]),
  queue: know(healthyQueue),
  scheduler: know(healthyScheduler),
  table: know(healthyTable),
  bucket: know({ name: 'states', expiresAfterDays: know(74), key: know(undefined) }),
  keys: know([{ subject: 'Table executions', key: 'Key', actions: ['kms:Decrypt'], isAllowed: true }]),
  areVersionsKept: true,
  isSwept: true,
  job: know(healthyJob),
};
