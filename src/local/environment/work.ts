/** One event on its way to an environment. */
export interface Work {
  readonly requestId: string;
  /** JSON text. */
  readonly payload: string;
  readonly invokedFunctionArn: string;
  readonly traceId: string;
  /** JSON text of a synchronous caller's client context. */
  readonly clientContext?: string;
}
