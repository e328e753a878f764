import type { FaultProbabilities } from '../faults/fault-probabilities';
import type { InvocationHook } from '../faults/invocation-hook';
import type { RequestHook } from '../faults/request-hook';

/** What a {@link LocalLambda} is started with. Every field has a default. */
export interface LocalLambdaOptions {
  /** Region in ARNs and in `AWS_REGION`. @defaultValue `us-east-1` */
  readonly region?: string;
  /** Account in ARNs and queue URLs, 12 digits. @defaultValue `123456789012` */
  readonly accountId?: string;
  /** Seeds every random choice, faults first of all. The same seed and the same calls give the same faults. @defaultValue a random one, readable as `lambda.seed` */
  readonly seed?: number;
  /** How often each kind of fault strikes, as probabilities from 0 to 1. @defaultValue no faults */
  readonly faults?: FaultProbabilities;
  /** Called with every API request before it takes effect; may answer with a fault for exactly this one. */
  readonly onRequest?: RequestHook;
  /** Called with every invocation as it starts; may answer with a fault for exactly this one. */
  readonly onInvocation?: InvocationHook;
  /** How many invocations may run at once in the whole account. @defaultValue 10, as in a new AWS account */
  readonly concurrencyLimit?: number;
  /** How long a cold start may take, in milliseconds. @defaultValue 10,000, as on AWS */
  readonly initTimeoutMs?: number;
  /**
   * Whether an environment stands still between invocations (SIGSTOP, SIGCONT), so that left-over timers fire inside a later invocation.
   * @defaultValue `true`; always `false` on Windows
   */
  readonly freeze?: boolean;
  /**
   * What an `Event` invoke gets that recursion detection stops: `drop` answers 202 and drops the event, `reject` answers `RecursiveInvocationException`.
   * AWS does not say which of the two it does. @defaultValue `drop`
   */
  readonly asyncRecursion?: 'drop' | 'reject';
}
