import type { Duration } from 'aws-cdk-lib';

/** The queue that waits and refused hand-offs go through. */
export interface ContinuationQueueProps {
  /** Whether it serialises the hops of an execution and drops duplicates; single messages cannot be delayed then, so `wait` cannot use it. @defaultValue `false` */
  readonly fifo?: boolean;
  /** How long a received message stays hidden: the function's time-out at least. @defaultValue six times the time-out, as AWS recommends, at most 12 hours */
  readonly visibilityTimeout?: Duration;
  /** How often a message is received before it goes to the dead-letter queue, 5 or more. @defaultValue 5 */
  readonly maxReceiveCount?: number;
}
