import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** One request as it came over the wire. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Whether the client gave up before an answer. */
  isGivenUp: boolean;
}

/** What the endpoint does with a request. */
export type Behaviour =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'hang'
  | 'reset';

/** A loopback endpoint that the real AWS SDK talks to. */
export class AwsEndpoint {
  readonly requests: WireRequest[] = [];
  url = '';
  respond: (request: WireRequest) => Behaviour = () => ({ status: 202 });
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer(async (incoming, outgoing) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      const request = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers,
        body,
        isGivenUp: false,
      };
      this.requests.push(request);
      const behaviour = this.respond(request);
      outgoing.on('close', () => {
        request.isGivenUp = !outgoing.writableFinished;
      });
      if (behaviour === 'hang') return;
      if (behaviour === 'reset') incoming.socket.resetAndDestroy();
      else
        outgoing
          .writeHead(behaviour.status, { 'content-type': 'application/json', ...behaviour.headers })
          .end(behaviour.body ?? '');
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async open(): Promise<AwsEndpoint> {
    const endpoint = new AwsEndpoint();
    await new Promise<void>((resolve) => {
      endpoint.#server.listen(0, '127.0.0.1', resolve);
    });
    endpoint.url = `http://127.0.0.1:${(endpoint.#server.address() as AddressInfo).port}`;
    return endpoint;
  }

  /** Connections that are open now: more than the requests in flight when the client keeps them alive. */
  get connectionCount(): number {
    return this.#sockets.size;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}

/** An error as Lambda and SQS answer it. */
export function awsError(status: number, name: string, message = `${name} said the endpoint`): Behaviour {
  return {
    status,
    headers: { 'x-amzn-errortype': name },
    body: JSON.stringify({ __type: `com.amazonaws#${name}`, message }),
  };
}

/** SQS's answer to an accepted message; the client checks the digest. */
export function acceptMessage({ body }: WireRequest): Behaviour {
  const { MessageBody } = JSON.parse(body) as { MessageBody: string };
  const digest = createHash('md5').update(MessageBody).digest('hex');
  return { status: 200, body: JSON.stringify({ MessageId: 'message-1', MD5OfMessageBody: digest }) };
}

/** What a client needs to reach the endpoint and nothing else. */
export function clientOptions(endpoint: string) {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wire-secret-key' };
  return { endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 };
}
