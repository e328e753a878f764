import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isFromThisMachine, readBody } from '../api/operation';
import type { Work } from './work';

/** What the runtime client in an environment tells. */
export interface RuntimeListener {
  /** It is ready for work: after its start, and after each invocation. */
  onNext(): void;
  onResponse(requestId: string, body: string): void;
  /** The handler threw. `body` is AWS's error document. */
  onError(requestId: string, body: string): void;
  /** The handler could not be loaded. */
  onInitError(body: string): void;
}

/** The Runtime API (2018-06-01) for one environment, on a loopback port of its own. */
export class RuntimeApi {
  readonly #server: Server;
  #waiting: ServerResponse | undefined;
  readonly #listener: RuntimeListener;

  private constructor(listener: RuntimeListener) {
    this.#listener = listener;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.keepAliveTimeout = 0;
  }

  static async listen(listener: RuntimeListener): Promise<RuntimeApi> {
    const api = new RuntimeApi(listener);
    await new Promise<void>((resolve) => api.#server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  /** `host:port`, as `AWS_LAMBDA_RUNTIME_API` wants it. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Answers the runtime's pending request for work. */
  deliver({ requestId, payload, invokedFunctionArn, traceId, clientContext }: Work, deadline: number): void {
    this.#waiting?.writeHead(200, {
      'Content-Type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': requestId,
      'Lambda-Runtime-Deadline-Ms': deadline,
      'Lambda-Runtime-Invoked-Function-Arn': invokedFunctionArn,
      'Lambda-Runtime-Trace-Id': traceId,
      ...(clientContext === undefined ? {} : { 'Lambda-Runtime-Client-Context': clientContext }),
    });
    this.#waiting?.end(payload);
    this.#waiting = undefined;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isFromThisMachine(request)) {
      response.writeHead(403).end();
      return;
    }
    const [, kind, requestId = '', what] =
      /\/runtime\/(invocation|init)\/([^/]+)(?:\/(\w+))?$/.exec(request.url ?? '') ?? [];
    if (request.method === 'GET' && requestId === 'next') {
      this.#waiting = response;
      this.#listener.onNext();
      return;
    }
    const body = (await readBody(request)).toString();
    response.writeHead(202, { 'Content-Type': 'application/json' }).end('{"status":"OK"}');
    if (kind === 'init') this.#listener.onInitError(body);
    else if (what === 'error') this.#listener.onError(decodeURIComponent(requestId), body);
    else this.#finishResponse(decodeURIComponent(requestId), body, request);
  }

  /** A streamed answer that failed half-way says so in its trailers. */
  #finishResponse(requestId: string, body: string, request: IncomingMessage): void {
    const error = request.trailers['lambda-runtime-function-error-body'];
    if (error === undefined) this.#listener.onResponse(requestId, body);
    else this.#listener.onError(requestId, Buffer.from(error, 'base64').toString());
  }
}
