import { Duration } from 'aws-cdk-lib';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** What each queue of the construct has: a continuation fits it whole, is kept as long as SQS keeps anything, and travels by TLS alone. */
export const queueProps = {
  enforceSSL: true,
  retentionPeriod: Duration.days(14),
  maxMessageSizeBytes: 1_048_576,
};

/** What a {@link ContinuationQueue} is made with: every choice made. */
interface QueueParts {
  readonly fifo: boolean;
  readonly visibilityTimeout: Duration;
  readonly maxReceiveCount: number;
}

/** The queue that waits and refused hand-offs go through, with its dead-letter queue. */
export class ContinuationQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;

  constructor(scope: Construct, id: string, { fifo, visibilityTimeout, maxReceiveCount }: QueueParts) {
    super(scope, id);
    const kind = { ...queueProps, ...(fifo ? { fifo } : {}) };
    this.deadLetterQueue = new Queue(this, 'DeadLetters', kind);
    this.queue = new Queue(this, 'Queue', {
      ...kind,
      visibilityTimeout,
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount },
    });
  }

  /** Lets its messages invoke a function: one at a time, each acknowledged on its own. */
  feed(target: Alias): void {
    target.addEventSource(new SqsEventSource(this.queue, { batchSize: 1, reportBatchItemFailures: true }));
  }
}
