import { findReferences } from './references';
import { asRecord, listResources, type Resource, type Template } from './template';

/** A queue of a template. */
export interface DeployedQueue {
  readonly id: string;
  readonly isFifo: boolean;
  readonly contentBasedDeduplication: boolean;
  readonly visibilityTimeoutMs: number;
  readonly delayMs: number;
  readonly maximumMessageBytes: number | undefined;
  readonly deadLetters: { readonly queueId: string; readonly maxReceiveCount: number } | undefined;
}

/** What SQS does when a template does not say. */
const defaultVisibilitySeconds = 30;

/** All queues of a template: dead-letter queues before those that fill them, as they must exist first. */
export function readQueues(template: Template): readonly DeployedQueue[] {
  const queues = listResources(template, 'AWS::SQS::Queue').map(([id, resource]) => readQueue(id, resource));
  return queues.sort(
    (one, other) => Number(one.deadLetters !== undefined) - Number(other.deadLetters !== undefined),
  );
}

function readQueue(id: string, { Properties }: Resource): DeployedQueue {
  const {
    FifoQueue,
    ContentBasedDeduplication,
    VisibilityTimeout,
    DelaySeconds,
    MaximumMessageSize,
    RedrivePolicy,
  } = Properties;
  const { deadLetterTargetArn, maxReceiveCount } = asRecord(RedrivePolicy);
  const [queueId] = findReferences(deadLetterTargetArn);
  return {
    id,
    isFifo: isTrue(FifoQueue),
    contentBasedDeduplication: isTrue(ContentBasedDeduplication),
    visibilityTimeoutMs: Number(VisibilityTimeout ?? defaultVisibilitySeconds) * 1_000,
    delayMs: Number(DelaySeconds ?? 0) * 1_000,
    maximumMessageBytes: MaximumMessageSize === undefined ? undefined : Number(MaximumMessageSize),
    deadLetters: queueId === undefined ? undefined : { queueId, maxReceiveCount: Number(maxReceiveCount) },
  };
}

/** CloudFormation takes `true` and `'true'`. */
function isTrue(value: unknown): boolean {
  return String(value) === 'true';
}
