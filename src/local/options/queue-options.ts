/** A queue of the local SQS. */
export interface QueueOptions {
  /** Letters, digits, `-` and `_`, up to 80; a FIFO queue's name ends with `.fifo`. */
  readonly name: string;
  /** How long a received message stays hidden, in milliseconds. AWS knows whole seconds only. @defaultValue 30,000 */
  readonly visibilityTimeoutMs?: number;
  /** Delay of every message, in milliseconds, up to 900,000. @defaultValue 0 */
  readonly delayMs?: number;
  /** The largest message, in bytes of body and attributes, 1,024 to 1,048,576: the queue's `MaximumMessageSize`. @defaultValue 1,048,576 */
  readonly maximumMessageBytes?: number;
  /** Where a message goes that was received `maxReceiveCount` times and never deleted. */
  readonly deadLetterQueue?: { readonly arn: string; readonly maxReceiveCount: number };
  /** FIFO only: the body's SHA-256 is the deduplication id when none is sent. @defaultValue `false` */
  readonly contentBasedDeduplication?: boolean;
}
