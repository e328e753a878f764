/** The part of Lambda's `Context` that lambda-baton reads. `Context` of `@types/aws-lambda` fits. */
export interface Context {
  /** The id of the request: the same when AWS delivers an event again. */
  readonly awsRequestId: string;
  /** The function's name. */
  readonly functionName: string;
  /** What ran: `$LATEST` or a number. */
  readonly functionVersion: string;
  /** Carries the qualifier that the caller used. */
  readonly invokedFunctionArn: string;
  /** The function's memory, in MB. */
  readonly memoryLimitInMB?: string;
  /** Milliseconds until Lambda kills this invocation; negative after the deadline. */
  getRemainingTimeInMillis(): number;
}
