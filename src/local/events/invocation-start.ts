/** An invocation begins: its event goes to an environment. */
export interface InvocationStart {
  readonly functionName: string;
  /** `$LATEST` or a number: what runs, as `context.functionVersion` has it. */
  readonly version: string;
  /** As `context.invokedFunctionArn` has it, with the caller's qualifier. */
  readonly invokedFunctionArn: string;
  readonly requestId: string;
  /** Which delivery of this event or message it is, from 1. */
  readonly attempt: number;
  /** How it came: by `Invoke`, or by a queue. */
  readonly channel: 'invoke' | 'sqs';
  readonly invocationType: 'Event' | 'RequestResponse';
  /** UTF-8 bytes of the event. */
  readonly bytes: number;
  /** The event as JSON text. */
  readonly payload: string;
  /** How many invocations of this function are behind each other in this chain, this one included: what recursion detection counts. */
  readonly chainLength: number;
  readonly environmentId: string;
  /** Whether a new environment had to be started for it. */
  readonly cold: boolean;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Epoch milliseconds: when it will be killed. */
  readonly deadline: number;
}
