/** The part of Lambda's `Context` that lambda-baton reads. `Context` of `@types/aws-lambda` fits. */
export interface Context {
  readonly awsRequestId: string;
  readonly functionName: string;
  /** What ran: `$LATEST` or a number. */
  readonly functionVersion: string;
  /** Carries the qualifier that the caller used. */
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB?: string;
  /** Milliseconds until Lambda kills this invocation; negative after the deadline. */
  getRemainingTimeInMillis(): number;
}
