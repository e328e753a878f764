import type { IncomingHttpHeaders } from 'node:http';

/** A request that was read to its end. */
export interface RawRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** `awsRequestId` of the invocation that sent it. */
  readonly callerRequestId: string | undefined;
}
