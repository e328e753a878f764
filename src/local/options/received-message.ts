/** A message that was taken out of a queue. */
export interface ReceivedMessage {
  readonly messageId: string;
  readonly body: string;
  /** `ApproximateReceiveCount`, `AWSTraceHeader`, `DeadLetterQueueSourceArn`, … */
  readonly attributes: Readonly<Record<string, string>>;
  /** The sender's own: name → text. A function's dead letter has `RequestID`, `ErrorCode` and `ErrorMessage`. */
  readonly messageAttributes: Readonly<Record<string, string>>;
}
