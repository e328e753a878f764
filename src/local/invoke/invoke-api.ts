import { randomUUID } from 'node:crypto';
import { type Answer, ApiError, type Operation, type RawRequest } from '../api/operation';
import type { Outcome } from '../environment/work';
import type { Emit } from '../events';
import type { FunctionRegistry, Target } from '../functions/function-registry';
import type { InvokeResult } from '../options';
import type { EventQueue } from './event-queue';
import type { InvocationRunner } from './invocation-runner';
import { readChainLength, recursionLimit } from './limits';

const eventLimitBytes = 1_048_576;
const requestLimitBytes = 6_291_456;
const responseLimitBytes = 6_291_556;

/** A call of the Invoke API. */
interface InvokeCall {
  readonly reference: string;
  readonly qualifier?: string;
  readonly invocationType: string;
  readonly payload: Buffer;
  readonly traceHeader?: string;
  /** JSON text; reaches synchronous invocations only, as on AWS. */
  readonly clientContext?: string;
  readonly callerRequestId?: string;
  /** How often an accepted event is delivered: 2 when a duplicate is wanted. */
  readonly deliveries?: number;
}

/** What the Invoke API is made of. */
interface InvokeParts {
  readonly registry: FunctionRegistry;
  readonly runner: InvocationRunner;
  readonly events: EventQueue;
  readonly emit: Emit;
  readonly asyncRecursion: 'drop' | 'reject';
}

/** The Invoke API behind the wire. */
export class InvokeApi {
  readonly #parts: InvokeParts;

  constructor(parts: InvokeParts) {
    this.#parts = parts;
  }

  /** @throws ApiError as AWS does */
  async invoke(call: InvokeCall): Promise<InvokeResult> {
    const target = this.#parts.registry.resolve(call.reference, call.qualifier);
    const requestId = randomUUID();
    const payload = readPayload(call);
    if (call.invocationType === 'DryRun') return { statusCode: 204, requestId };
    this.#checkRecursion(call, target);
    if (call.invocationType === 'Event') return this.#accept(call, target, requestId, payload);
    return this.#runNow(call, target, requestId, payload);
  }

  #checkRecursion({ traceHeader, invocationType }: InvokeCall, { fn }: Target): void {
    const isLoop = fn.recursiveLoop === 'Terminate' && readChainLength(traceHeader, fn.arn) >= recursionLimit;
    if (!isLoop || (invocationType === 'Event' && this.#parts.asyncRecursion === 'drop')) return;
    fn.metrics.RecursiveInvocationsDropped++;
    throw new ApiError(
      400,
      'RecursiveInvocationException',
      'Lambda detected your function being invoked in a recursive loop with other AWS resources and stopped it.',
      { Type: 'User' },
    );
  }

  #accept(call: InvokeCall, target: Target, requestId: string, payload: string): InvokeResult {
    const { reference, qualifier, traceHeader, deliveries = 1, callerRequestId } = call;
    const event = {
      requestId,
      reference: qualifier === undefined ? reference : `${target.fn.name}:${qualifier}`,
      target,
      payload,
      acceptedAt: Date.now(),
      attempt: 1,
      ...(traceHeader === undefined ? {} : { traceHeader }),
    };
    const bytes = Buffer.byteLength(payload);
    this.#parts.emit('accepted', {
      functionName: target.fn.name,
      requestId,
      bytes,
      ...(callerRequestId === undefined ? {} : { callerRequestId }),
    });
    for (let delivery = 0; delivery < deliveries; delivery++) this.#parts.events.add(event);
    return { statusCode: 202, requestId };
  }

  async #runNow(call: InvokeCall, target: Target, requestId: string, payload: string): Promise<InvokeResult> {
    const { traceHeader, clientContext } = call;
    const extras = {
      ...(traceHeader === undefined ? {} : { traceHeader }),
      ...(clientContext === undefined ? {} : { clientContext }),
    };
    try {
      const running = this.#parts.runner.run({
        target,
        requestId,
        payload,
        attempt: 1,
        channel: 'invoke',
        invocationType: 'RequestResponse',
        ...extras,
      });
      return describeResult(await running, target, requestId);
    } catch (error) {
      if (error instanceof ApiError && error.status === 429) this.#tellThrottled(target, requestId);
      throw error;
    }
  }

  #tellThrottled({ fn }: Target, requestId: string): void {
    fn.metrics.Throttles++;
    this.#parts.emit('throttled', { functionName: fn.name, requestId, invocationType: 'RequestResponse' });
  }
}

function readPayload({ payload, invocationType }: InvokeCall): string {
  const limit = invocationType === 'Event' ? eventLimitBytes : requestLimitBytes;
  if (payload.length > limit) {
    const message = `${payload.length} byte payload is too large for the ${invocationType} invocation type (limit ${limit} bytes)`;
    throw new ApiError(413, 'RequestTooLargeException', message, { Type: 'User' });
  }
  const text = payload.length === 0 ? '{}' : payload.toString();
  try {
    JSON.parse(text);
  } catch (error) {
    throw new ApiError(
      400,
      'InvalidRequestContentException',
      `Could not parse request body into json: ${String(error)}`,
      { Type: 'User' },
    );
  }
  return text;
}

/** A streamed answer need not be JSON: then it is the text itself. */
function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text || 'null');
  } catch {
    return text;
  }
}

function describeResult(outcome: Outcome, { version }: Target, requestId: string): InvokeResult {
  const tooLarge = Buffer.byteLength(outcome.response) > responseLimitBytes;
  const payload: unknown = tooLarge
    ? {
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage: `Response payload size exceeded maximum allowed payload size (${responseLimitBytes} bytes).`,
      }
    : parseAnswer(outcome.response);
  return {
    statusCode: 200,
    requestId,
    executedVersion: version.version,
    payload,
    logTail: outcome.logTail,
    ...(tooLarge || outcome.reason !== 'ok' ? { functionError: 'Unhandled' as const } : {}),
  };
}

/** The Invoke call, from the wire to the wire. */
export function invokeOperation(invokeApi: InvokeApi, request: RawRequest, reference: string): Operation {
  const { headers, query, body, callerRequestId } = request;
  const invocationType = header(headers['x-amz-invocation-type']) ?? 'RequestResponse';
  const qualifier = query.get('Qualifier');
  const traceHeader = header(headers['x-amzn-trace-id']);
  const context = header(headers['x-amz-client-context']);
  const wantsLog = headers['x-amz-log-type'] === 'Tail';
  const run = async (isDuplicate: boolean): Promise<Answer> => {
    const result = await invokeApi.invoke({
      reference,
      invocationType,
      payload: body,
      deliveries: isDuplicate ? 2 : 1,
      ...(qualifier === null ? {} : { qualifier }),
      ...(traceHeader === undefined ? {} : { traceHeader }),
      ...(context === undefined ? {} : { clientContext: Buffer.from(context, 'base64').toString() }),
      ...(callerRequestId === undefined ? {} : { callerRequestId }),
    });
    return describeAnswer(result, wantsLog);
  };
  return { name: 'Invoke', target: reference, invocationType, api: 'lambda', run };
}

function describeAnswer(
  { statusCode, requestId, executedVersion, functionError, logTail, payload }: InvokeResult,
  wantsLog: boolean,
): Answer {
  return {
    status: statusCode,
    headers: {
      'Content-Type': 'application/json',
      'x-amzn-RequestId': requestId,
      ...(executedVersion === undefined ? {} : { 'X-Amz-Executed-Version': executedVersion }),
      ...(functionError === undefined ? {} : { 'X-Amz-Function-Error': functionError }),
      ...(wantsLog && logTail !== undefined
        ? { 'X-Amz-Log-Result': Buffer.from(logTail).toString('base64') }
        : {}),
    },
    body: payload === undefined ? '' : JSON.stringify(payload),
  };
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
