/** One request at the endpoint, as a {@link RequestHook} sees it. */
export interface ApiRequest {
  /** `Invoke`, `SendMessage`, `GetFunctionRecursionConfig`, …: the name of the SDK's command without `Command`. */
  readonly operation: string;
  /** The how-manieth request of this operation it is, from 1. */
  readonly count: number;
  /** Function name as it was asked for, or the queue's name. */
  readonly target: string;
  /** `Event`, `RequestResponse` or `DryRun`; `Invoke` only. */
  readonly invocationType?: string;
  /** The request's body. */
  readonly body: Buffer;
  /** `awsRequestId` of the invocation that sent it; missing when it came from elsewhere, or with credentials of its own. */
  readonly callerRequestId?: string;
}
