import type { Duration } from 'aws-cdk-lib';
import type { Schedule } from 'aws-cdk-lib/aws-events';

/** How executions that will not be retried are found and sent on. */
export interface SweepProps {
  /** @defaultValue every 15 minutes */
  readonly schedule?: Schedule;
  /**
   * How long nobody must have come for an execution, a minute or more: longer than Lambda or the queue take to deliver again.
   * @defaultValue the queue's visibility timeout, 15 minutes without a queue
   */
  readonly grace?: Duration;
  /** How many executions a sweep sends on at most, from 1 to 1,000. @defaultValue 100 */
  readonly limit?: number;
}
