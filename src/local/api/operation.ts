import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** The services that are answered here. */
export type Api = 'lambda' | 'scheduler' | 'sqs';

/** An API request that was recognised: what it asks for, and how to do it. */
export interface Operation {
  /** The SDK's command without `Command`. */
  readonly name: string;
  /** Function, queue or schedule, as the caller named it. */
  readonly target: string;
  readonly invocationType?: string;
  /** Which dialect its errors are told in. */
  readonly api: Api;
  /** Does it. `isDuplicate` asks for what it sends to be delivered twice. */
  readonly run: (isDuplicate: boolean) => Answer | Promise<Answer>;
}

/** What goes back over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

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

/** Reads a request to its end. A sender that dies half-way gives what has come so far. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('close', () => resolve(Buffer.concat(chunks)));
  });
}

const loopback = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d{1,5})?$/i;

/**
 * Whether a request was meant for this machine and comes from a program on it. A browser says where a request comes from, and what it
 * calls the machine: a page of somebody else must reach nothing here, not even under a name of its own that resolves to loopback.
 */
export function isFromThisMachine({ headers }: IncomingMessage): boolean {
  const isBrowser = headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
  return !isBrowser && loopback.test(headers.host ?? '');
}

/** An error as an AWS API answers it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    /** HTTP status. */
    readonly status: number,
    /** `ResourceNotFoundException`, …: becomes the name of the SDK's error. */
    readonly type: string,
    message: string,
    /** More fields of the answer's body, such as `Reason`. */
    readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}
