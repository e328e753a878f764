/** What `LocalLambda.invoke` resolves to. A function's failure is a result, not an exception, as on AWS. */
export interface InvokeResult {
  /** 200 for an answer, 202 for a queued event, 204 for a dry run. */
  readonly statusCode: 200 | 202 | 204;
  /** The invocation's `awsRequestId`; an `Event`'s retries keep it. */
  readonly requestId: string;
  /** The version that ran. Missing unless `statusCode` is 200. */
  readonly executedVersion?: string;
  /** The answer, or `{ errorType, errorMessage, trace? }` of a failure. Missing unless `statusCode` is 200. */
  readonly payload?: unknown;
  /** Set when the function failed. */
  readonly functionError?: 'Unhandled';
  /** The last 4 KB of the invocation's log. Missing unless `statusCode` is 200. */
  readonly logTail?: string;
}
