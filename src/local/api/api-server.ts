import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionEnvironment } from '../environment/execution-environment';
import type { Emit } from '../events';
import type { ApiRequest, RequestFault } from '../faults';
import type { ScheduleHub } from '../scheduler/schedule-hub';
import type { QueueHub } from '../sqs/queue-hub';
import { findLambdaOperation, type LambdaParts } from './lambda-operations';
import type { Answer, Api, Operation, RawRequest } from './operation';
import { ApiError, isFromThisMachine, readBody } from './operation';
import { findSchedulerOperation } from './scheduler-operations';
import { findSqsOperation } from './sqs-operations';

/** What the server is made of. */
interface ApiServerParts extends LambdaParts {
  readonly queues: QueueHub;
  readonly schedules: ScheduleHub;
  readonly chooseFault: (request: ApiRequest) => Promise<RequestFault | undefined>;
  readonly findCaller: (accessKeyId: string | undefined) => ExecutionEnvironment | undefined;
  readonly emit: Emit;
}

/** The endpoint on loopback that the real SDK clients of Lambda, SQS and EventBridge Scheduler talk to. */
export class ApiServer {
  /** How many requests are being worked on; hung ones do not count. */
  pending = 0;
  readonly #server: Server;
  readonly #counts = new Map<string, number>();
  readonly #parts: ApiServerParts;

  constructor(parts: ApiServerParts) {
    this.#parts = parts;
    this.#server = createServer((request, response) => void this.#handle(request, response));
    this.#server.keepAliveTimeout = 300_000;
    this.#server.requestTimeout = 0;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isFromThisMachine(incoming))
      return send(response, { status: 403, body: 'Only programs of this machine may call.' });
    const accessKeyId = /Credential=([^/]+)\//.exec(incoming.headers.authorization ?? '')?.[1];
    const caller = this.#parts.findCaller(accessKeyId);
    this.pending++;
    try {
      const request = await readRequest(incoming, caller?.requestId);
      const operation = this.#findOperation(request);
      if (operation === undefined)
        return send(
          response,
          describeError(
            new ApiError(404, 'UnknownOperationException', `${request.method} ${request.path}`),
            'lambda',
          ),
        );
      await this.#serve(operation, request, caller, response);
    } catch (error) {
      send(response, describeError(new ApiError(500, 'ServiceException', String(error)), 'lambda'));
    } finally {
      this.pending--;
    }
  }

  /** Recognises a request; nothing when it is none of ours. */
  #findOperation(request: RawRequest): Operation | undefined {
    return (
      findLambdaOperation(this.#parts, request) ??
      findSchedulerOperation(this.#parts.schedules, request) ??
      findSqsOperation(this.#parts.queues, request)
    );
  }

  async #serve(
    operation: Operation,
    request: RawRequest,
    caller: ExecutionEnvironment | undefined,
    response: ServerResponse,
  ): Promise<void> {
    const fault = await this.#parts.chooseFault(this.#describe(operation, request));
    if (fault !== undefined) this.#tellFault(fault, operation, request);
    if (fault?.kind === 'delay') await sleep(fault.ms);
    const isBefore =
      fault !== undefined &&
      !['delay', 'duplicate'].includes(fault.kind) &&
      (fault as { when?: string }).when !== 'after';
    if (isBefore) return strike(fault, operation, caller, response);
    const answer = await perform(operation, fault?.kind === 'duplicate');
    if (fault === undefined || fault.kind === 'delay' || fault.kind === 'duplicate') send(response, answer);
    else strike(fault, operation, caller, response);
  }

  #describe({ name, target, invocationType }: Operation, { body, callerRequestId }: RawRequest): ApiRequest {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return {
      operation: name,
      count,
      target,
      body,
      ...(invocationType === undefined ? {} : { invocationType }),
      ...(callerRequestId === undefined ? {} : { callerRequestId }),
    };
  }

  #tellFault({ kind }: RequestFault, { name, target }: Operation, { callerRequestId }: RawRequest): void {
    this.#parts.emit('fault', {
      kind,
      target,
      operation: name,
      ...(callerRequestId === undefined ? {} : { requestId: callerRequestId }),
    });
  }
}

async function readRequest(
  incoming: IncomingMessage,
  callerRequestId: string | undefined,
): Promise<RawRequest> {
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body: await readBody(incoming),
    callerRequestId,
  };
}

async function perform(operation: Operation, isDuplicate: boolean): Promise<Answer> {
  try {
    return await operation.run(isDuplicate);
  } catch (error) {
    const { type } = internalErrors[operation.api];
    const known = error instanceof ApiError ? error : new ApiError(500, type, String(error));
    return describeError(known, operation.api);
  }
}

function strike(
  fault: RequestFault,
  operation: Operation,
  caller: ExecutionEnvironment | undefined,
  response: ServerResponse,
): void {
  const error = faultError(fault, operation.api);
  if (error !== undefined) send(response, describeError(error, operation.api));
  else if (fault.kind === 'crash-caller') caller?.kill('crash-fault');
  else if (fault.kind === 'lost-reply') response.socket?.resetAndDestroy();
}

function send(response: ServerResponse, { status, headers = {}, body = '' }: Answer): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) }).end(body);
}

const unknownReason = 'The request processing has failed because of an unknown error.';
const internalErrors: Readonly<Record<Api, ApiError>> = {
  lambda: new ApiError(500, 'ServiceException', 'The Lambda service encountered an internal error.', {
    Type: 'Server',
  }),
  scheduler: new ApiError(500, 'InternalServerException', unknownReason),
  sqs: new ApiError(500, 'InternalFailure', unknownReason),
};

const throttles: Readonly<Record<Api, ApiError>> = {
  lambda: new ApiError(429, 'TooManyRequestsException', 'Rate Exceeded.', {
    Reason: 'CallerRateLimitExceeded',
    Type: 'User',
  }),
  scheduler: new ApiError(429, 'ThrottlingException', 'Rate exceeded.'),
  sqs: new ApiError(400, 'RequestThrottled', 'Rate exceeded.'),
};

/** The error that a fault answers with, for the kinds that answer with one. */
function faultError(fault: RequestFault, api: Api): ApiError | undefined {
  if (fault.kind === 'error')
    return new ApiError(fault.status, fault.errorType, fault.message ?? 'A fault that was asked for.');
  if (fault.kind === 'throttle') return throttles[api];
  return fault.kind === 'server-error' ? internalErrors[api] : undefined;
}

/** An error in the words of its API. */
function describeError(error: ApiError, api: Api): Answer {
  const { status, type, message, fields } = error;
  if (api !== 'sqs') {
    return {
      status,
      headers: { 'Content-Type': 'application/json', 'x-amzn-ErrorType': type },
      body: JSON.stringify({ ...fields, message, Message: message }),
    };
  }
  const fault = status < 500 ? 'Sender' : 'Receiver';
  return {
    status,
    headers: { 'Content-Type': 'application/x-amz-json-1.0', 'x-amzn-query-error': `${type};${fault}` },
    body: JSON.stringify({ __type: `com.amazonaws.sqs#${type}`, message }),
  };
}
