/** Lets a queue's messages invoke a function. */
export interface EventSourceMappingOptions {
  /** Name, `name:qualifier` or ARN. */
  readonly functionName: string;
  /** ARN of the queue. Its visibility timeout must be at least the function's time-out, as AWS enforces. */
  readonly queueArn: string;
  /** Messages per invocation, 1 to 10. @defaultValue 10, as on AWS */
  readonly batchSize?: number;
  /** Whether the answer's `batchItemFailures` is read. Without it, any answer deletes the whole batch. @defaultValue `false`, as on AWS */
  readonly reportBatchItemFailures?: boolean;
  /** How many batches may be processed at once. A FIFO group is never processed twice at once. @defaultValue 5 */
  readonly maximumConcurrency?: number;
}
