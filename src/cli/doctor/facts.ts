import type { JobPlan, StepPlan } from '../../runtime/core/execution/job-plan';
import type { Reading } from './finding';

/** A function's configuration. */
export interface FunctionFacts {
  /** Name or ARN, without a qualifier: what the fixes name. */
  readonly name: string;
  /** The alias or version that was asked about; undefined without one. */
  readonly qualifier: string | undefined;
  /** `$LATEST` or a number: what runs. */
  readonly version: string;
  /** Undefined for a container image; {@link unknownText} when only the deployment tells. */
  readonly runtime: string | undefined;
  /** Undefined when only the deployment tells. */
  readonly timeoutMs: number | undefined;
  /** Undefined when only the deployment tells. */
  readonly memoryMb: number | undefined;
  readonly isInVpc: boolean;
  readonly hasFileSystem: boolean;
  /** The customer key of its variables. */
  readonly key: string | undefined;
  /** Whether events that are given up go to the function's own dead-letter queue. */
  readonly hasDeadLetterQueue: boolean;
}

/** What a bundle says of its job. */
export interface JobFacts extends Pick<JobPlan, 'continueOn' | 'limits' | 'name' | 'safeMs'> {
  readonly steps: readonly Pick<StepPlan, 'method' | 'minBudgetMs'>[];
  /** How many parameters the handler declares. */
  readonly parameterCount: number;
  /** The other jobs that the same handler hosts. @defaultValue none */
  readonly others?: readonly JobFacts[];
}

/** A function's jobs: the one that events start first. */
export function listJobs(job: Reading<JobFacts>): readonly JobFacts[] {
  return job.kind === 'known' ? [job.value, ...(job.value.others ?? [])] : [];
}

/** How the events of a version or an alias are retried. */
export interface RetryFacts {
  /** `$LATEST`, a number, or the name of an alias. */
  readonly qualifier: string;
  readonly attempts: number;
  readonly hasDestination: boolean;
}

/** Whether an ARN, or a group of them, may be invoked. */
export interface PermissionFacts {
  readonly resource: string;
  readonly isAllowed: boolean;
  /** `dry-run` is about whoever runs the doctor, `policy` about the function. */
  readonly by: 'dry-run' | 'policy';
}

/** A queue's messages and the function that they invoke. */
export interface MappingFacts {
  /** Name or ARN, with its qualifier. */
  readonly target: string;
  readonly isOfFunction: boolean;
  /** What of the function it invokes: `latest` for no qualifier or `$LATEST`, a `version` by its number, or an `alias`. */
  readonly invokes: 'alias' | 'latest' | 'version';
  readonly isEnabled: boolean;
  readonly batchSize: number;
  readonly reportsFailures: boolean;
}

/** The continuation queue. */
export interface QueueFacts {
  readonly name: string;
  /** Undefined when only the deployment tells. */
  readonly visibilityMs: number | undefined;
  /** The longest message that it takes. Undefined when only the deployment tells, or where queues do not say. */
  readonly maxMessageBytes: number | undefined;
  readonly deadLetters: { readonly maxReceiveCount: number | undefined } | undefined;
  /** The key that its messages are encrypted with, when SQS does not do it with a key of its own. */
  readonly key: string | undefined;
  readonly mappings: Reading<readonly MappingFacts[]>;
}

/** What long waits go by. What cannot be seen is undefined. */
export interface SchedulerFacts {
  /** ARN of the role, or its logical id. */
  readonly role: string;
  /** The group that schedules are made in. */
  readonly group: string;
  readonly isGroupThere: boolean | undefined;
  /** Whether EventBridge Scheduler may assume the role. */
  readonly isRoleTrusting: boolean | undefined;
  /** Whether the role may invoke the function, and its versions. */
  readonly mayRoleInvoke: boolean | undefined;
  /** Whether the function may make schedules in the group. */
  readonly mayCreate: boolean | undefined;
  /** Whether the function may pass the role on. */
  readonly mayPassRole: boolean | undefined;
}

/** One key of a table or an index: `pk S`. */
export interface TableFacts {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string | undefined;
  /** Keys of the index `byJob`: `['job S', 'startedAtMs N']`; undefined without one. */
  readonly jobIndex: readonly string[] | undefined;
  /** The attribute that items expire by; undefined while it is off. */
  readonly expiresBy: Reading<string | undefined>;
  /** The key that it is encrypted with, when DynamoDB does not do it with a key of its own. */
  readonly key: string | undefined;
}

/** A bucket. */
export interface BucketFacts {
  readonly name: string;
  /** How many days after they were written its objects expire, at the earliest; undefined when they stay. */
  readonly expiresAfterDays: Reading<number | undefined>;
  /** The key that objects are encrypted with, when S3 does not do it with a key of its own. */
  readonly key: Reading<string | undefined>;
}

/** A customer key that something of the function is encrypted with. */
export interface KeyFacts {
  /** What is encrypted: `Table executions`. */
  readonly subject: string;
  /** Its ARN, id or logical id. */
  readonly key: string;
  /** What the function needs on the key. */
  readonly actions: readonly string[];
  /** Whether its policies allow that; undefined where policies are not read. */
  readonly isAllowed: boolean | undefined;
}

/** What stands for a text that only the deployment tells. */
export const unknownText = 'known only when it is deployed';

/** Everything that is checked. `undefined` says that the function has none, `missing` that it names one which is not there. */
export interface DoctorFacts {
  /** Whether the local Lambda was asked: there are no roles there, and directories stay. */
  readonly isLocal: boolean;
  readonly fn: Reading<FunctionFacts>;
  readonly environment: Reading<Readonly<Record<string, string>>>;
  readonly recursion: Reading<'Allow' | 'Terminate'>;
  readonly reservedConcurrency: Reading<number | undefined>;
  readonly permissions: Reading<readonly PermissionFacts[]>;
  readonly retries: Reading<readonly RetryFacts[]>;
  readonly queue: Reading<QueueFacts | 'missing' | undefined>;
  /** @defaultValue not looked at */
  readonly scheduler?: Reading<SchedulerFacts | undefined>;
  readonly table: Reading<TableFacts | 'missing' | undefined>;
  readonly bucket: Reading<BucketFacts | 'missing' | undefined>;
  readonly keys: Reading<readonly KeyFacts[]>;
  /** Whether a version stays when the next deployment replaces it; undefined where that cannot be seen. */
  readonly areVersionsKept: boolean | undefined;
  /** Whether something sweeps its executions on a schedule; undefined where that cannot be seen. */
  readonly isSwept: boolean | undefined;
  readonly job: Reading<JobFacts>;
}
