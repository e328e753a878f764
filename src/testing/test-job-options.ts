import type { HandlerScopeOptions } from '../di';
import type { JobClass } from '../runtime/core/execution/job-plan';
import type { CheckpointStore } from '../runtime/ports';
import type { StepContext } from '../runtime/step/step-context';

/** Options of {@link JobTestEnvironment.create}. */
export interface JobTestOptions<Job extends object = object> extends HandlerScopeOptions {
  /** What an execution is started with. @defaultValue {} */
  readonly input?: InputOf<Job>;
  /** The other jobs that the same handler hosts. @defaultValue none */
  readonly otherJobs?: readonly JobClass[];
  /** The function's time-out in milliseconds: when an invocation is killed. @defaultValue 900000 */
  readonly timeoutMs?: number;
  /** When virtual time begins. @defaultValue 2026-01-01T00:00:00Z */
  readonly startedAt?: Date | number;
  /** The id of the executions. @defaultValue execution-1 */
  readonly executionId?: string;
  /**
   * The checkpoint store, or what makes a fresh one for each run: `() => new MemoryCheckpointStore()`.
   * @defaultValue what `providers` or `container` provide; else none, as in `createHandler`
   */
  readonly store?: CheckpointStore | (() => CheckpointStore);
  /** Whether there is a continuation queue. @defaultValue true */
  readonly queue?: boolean;
  /** The queue's own `MaximumMessageSize`, in bytes: a larger continuation is refused, as SQS does. @defaultValue 1048576 */
  readonly queueMaximumMessageBytes?: number;
  /** Whether recursion detection lets a function invoke itself more than 16 times in a chain. @defaultValue allow */
  readonly recursion?: 'allow' | 'terminate';
  /** How often Lambda tries a failed event again, 0 to 2: after 1 and after 2 more minutes. @defaultValue 2 */
  readonly maximumRetryAttempts?: 0 | 1 | 2;
  /** How often a message is received before it goes to the queue's dead letters. @defaultValue 5 */
  readonly maxReceiveCount?: number;
  /**
   * Whether the event that an execution failed in is tried again too, as on AWS: with a store the recorded failure is answered,
   * without one the last invocation runs again. @defaultValue false: the run is over
   */
  readonly retryFailed?: boolean;
  /** When to give up, in calls of the handler. @defaultValue 10000 */
  readonly maxDeliveries?: number;
  /** Called before each run: where the doubles of a test starts again. `env.effects` does by itself. */
  readonly beforeRun?: () => unknown;
  /** Loads the job class again for `coldStartEveryInvocation`, with module state that is fresh too. @defaultValue the same class again */
  readonly load?: () => JobClass<Job> | Promise<JobClass<Job>>;
}

/** Options of {@link JobTestEnvironment.run}. */
export interface JobRunOptions<Job extends object = object> {
  /** What the execution is started with. @defaultValue the environment's */
  readonly input?: InputOf<Job>;
  /** Hands over after every step and every `yield`: what was forgotten in `@State` shows. @defaultValue false */
  readonly handOffAfterEveryStep?: boolean;
  /** Makes a new handler, with new providers' singletons, for every invocation. Module state is lost where `load` loads it again. @defaultValue false */
  readonly coldStartEveryInvocation?: boolean;
  /** Delivers the start and every continuation twice at the same moment. @defaultValue false */
  readonly deliverEverythingTwice?: boolean;
  /** Starts and hands over by the queue alone. @defaultValue false */
  readonly sqsOnly?: boolean;
  /** Where chance begins: the same seed gives the same retry delays. @defaultValue 1 */
  readonly seed?: number;
  /** Faults and where they happen, as `explore` reports them: `crash@5 lost-reply@9`. @defaultValue none */
  readonly schedule?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: methods of any shape
type AnyMethod = (...parameters: any[]) => unknown;

/** The fields of a job: everything public that is no method. What TypeScript can tell of its `@State`. */
export type StateOf<Job> = {
  readonly [Field in keyof Job as Job[Field] extends AnyMethod ? never : Field]: Job[Field];
};

/** The input that a job's methods say they take (`StepContext<Input>`); `unknown` when none does. */
export type InputOf<Job> = [DeclaredInput<Job>] extends [never] ? unknown : DeclaredInput<Job>;

type DeclaredInput<Job> = { [Method in keyof Job]: InputOfMethod<Job[Method]> }[keyof Job];

// biome-ignore lint/suspicious/noExplicitAny: methods of any shape
type InputOfMethod<Method> = Method extends (ctx: StepContext<infer Input>, ...rest: any[]) => unknown
  ? unknown extends Input
    ? never
    : Input
  : never;
