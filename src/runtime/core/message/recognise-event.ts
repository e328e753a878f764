import { BatonError, CorruptContinuationError, InvalidInputError } from '../../../errors';
import { isChainLength } from '../execution/line';
import { copyInput, notJsonError } from '../state/copy-json';
import { isRecord, type JsonLoss, parseJson, withoutMark } from '../state/json';
import type { Checksum } from '../state/seal';
import { type Arrival, type BatchRecord, deriveId, isUsableId, type Recognition, usableId } from './arrival';

/** The key that tells our envelopes from every other event. */
const envelopeKey = 'lambdaBaton';
const envelopeOpening = /^\s*\{\s*"lambdaBaton"/;

/** What an event is recognised by, beside itself. */
export interface EventSource {
  readonly awsRequestId: string;
  /** The name of the job that events start: the ids that AWS gave belong to it. */
  readonly job: string;
  readonly checksum: Checksum;
}

/**
 * Says what an event is: a continuation, an SQS batch of continuations and starts, or the start of an execution.
 *
 * @throws CorruptContinuationError when the event is one of our envelopes but not a whole one.
 * @throws InvalidInputError when the event cannot be a JSON document.
 */
export function recogniseEvent(event: unknown, source: EventSource): Recognition {
  try {
    return recognise(event, source);
  } catch (thrown) {
    throw ensureTyped(thrown);
  }
}

function recognise(event: unknown, source: EventSource): Recognition {
  if (isSqsBatch(event))
    return { kind: 'batch', records: event.Records.map((record) => readRecord(record, source.job)) };
  if (isEnvelope(event)) return { kind: 'single', arrival: readEnvelope(event[envelopeKey]) };
  const input = copyInput(event);
  return { kind: 'single', arrival: { kind: 'start', executionId: nameExecution(input, source), input } };
}

/**
 * An EventBridge event has the same id for every rule that it matches and every target. So its content is part of the execution's id:
 * what the input transformers of two rules make of it is two pieces of work.
 */
function nameExecution(event: unknown, { awsRequestId, job, checksum }: EventSource): string {
  if (isEventBridgeEvent(event)) {
    const id = deriveId(`${event.id}.${checksum(JSON.stringify(event))}`, job);
    if (isUsableId(event.id) && isUsableId(id)) return id;
  }
  return deriveCheckedId(awsRequestId, job, 'awsRequestId of the context');
}

function isSqsBatch(event: unknown): event is { Records: Record<string, unknown>[] } {
  if (!isRecord(event) || !Array.isArray(event.Records) || event.Records.length === 0) return false;
  return Array.from(event.Records).every(isSqsRecord);
}

function isSqsRecord(record: unknown): boolean {
  return isRecord(record) && record.eventSource === 'aws:sqs' && typeof record.messageId === 'string';
}

function isEventBridgeEvent(event: unknown): event is { id: unknown } {
  return isRecord(event) && 'detail-type' in event && typeof event.source === 'string';
}

function isEnvelope(event: unknown): event is Record<string, unknown> {
  return isRecord(event) && Object.hasOwn(event, envelopeKey);
}

function readRecord(record: Record<string, unknown>, job: string): BatchRecord {
  const messageId = record.messageId as string;
  const attributes = isRecord(record.attributes) ? record.attributes : {};
  const groupId =
    isOfFifoQueue(record) && typeof attributes.MessageGroupId === 'string'
      ? attributes.MessageGroupId
      : undefined;
  try {
    return { messageId, groupId, arrival: readBody(record.body, messageId, job), error: undefined };
  } catch (thrown) {
    return { messageId, groupId, arrival: undefined, error: ensureTyped(thrown) };
  }
}

/** Standard queues know message groups too, for fairness, but keep no order among them. */
function isOfFifoQueue({ eventSourceARN }: Record<string, unknown>): boolean {
  return typeof eventSourceARN !== 'string' || eventSourceARN.endsWith('.fifo');
}

function readBody(body: unknown, messageId: string, job: string): Arrival {
  const content = typeof body === 'string' ? parseOrKeep(withoutMark(body)) : body;
  if (isEnvelope(content)) return readEnvelope(content[envelopeKey]);
  return {
    kind: 'start',
    executionId: deriveCheckedId(messageId, job, 'messageId of the record'),
    input: copyInput(content),
  };
}

/** A text that is no JSON, or that JSON.parse would change, is the input itself; one of our envelopes is not: it must not start anything. */
function parseOrKeep(text: string): unknown {
  const parsed = parseJson(text);
  if (parsed.kind === 'json' && parsed.loss === undefined) return parsed.value;
  if (parsed.kind === 'json' && isEnvelope(parsed.value)) return checkLoss(parsed.value, parsed.loss);
  if (parsed.kind === 'text' && envelopeOpening.test(text)) throw damaged('it is not whole');
  return text;
}

/** A continuation was written from values, and its seal is checked: a long number in it is one that JavaScript wrote. */
function checkLoss(event: Record<string, unknown>, loss: JsonLoss | undefined): Record<string, unknown> {
  const envelope = event[envelopeKey];
  if (isRecord(envelope) && envelope.continuation !== undefined) return event;
  throw damaged(`it holds ${loss}`);
}

/** What an envelope may hold: exactly one of these. */
const readers: Readonly<Record<string, (content: unknown, envelope: Record<string, unknown>) => Arrival>> = {
  continuation: (_content, envelope) => ({ kind: 'continuation', envelope }),
  look: readLook,
  signal: readSignal,
  start: readStart,
};

function readEnvelope(envelope: unknown): Arrival {
  if (!isRecord(envelope)) throw damaged('it is not an object');
  if (envelope.v !== 1)
    throw damaged(
      `its format is ${describeFormat(envelope.v)}, and this version of lambda-baton reads format 1`,
    );
  const [kind = '', ...others] = Object.keys(readers).filter((name) => envelope[name] !== undefined);
  const read = readers[kind];
  if (read === undefined || others.length > 0)
    throw damaged('it holds neither one start, one continuation nor one look');
  return read(envelope[kind], envelope);
}

function readStart(start: unknown): Arrival {
  if (!isRecord(start)) throw damaged('its start is not an object');
  const { executionId, input, job } = start;
  if (!isUsableId(executionId)) throw damaged(`its executionId is not ${usableId}`);
  if (job !== undefined && (typeof job !== 'string' || job === ''))
    throw damaged('its job is not the name of a job');
  return {
    kind: 'start',
    executionId,
    input: copyInput(input),
    ...(job === undefined ? {} : { job }),
    ...readChain(start),
  };
}

function readLook(look: unknown): Arrival {
  if (!isRecord(look) || !isUsableId(look.executionId))
    throw damaged(`its look has no executionId that is ${usableId}`);
  const { executionId, delivery, notBeforeMs } = look;
  return {
    ...{ kind: 'look', executionId, chainLength: 0, ...readChain(look) },
    ...(typeof delivery === 'string' && { delivery }),
    ...(Number.isFinite(notBeforeMs) && { notBeforeMs: notBeforeMs as number }),
  };
}

function readSignal(signal: unknown): Arrival {
  if (!isRecord(signal)) throw damaged('its signal is not an object');
  const { executionId, name, token, payload, signalId } = signal;
  return { kind: 'signal', executionId, name, token, payload, signalId };
}

function readChain({ chain }: Record<string, unknown>): { readonly chainLength?: number } {
  if (chain === undefined) return {};
  if (!isChainLength(chain)) throw damaged('its chain is not a number of invocations');
  return { chainLength: chain };
}

function describeFormat(format: unknown): string {
  return typeof format === 'number'
    ? String(format)
    : `a value of type ${format === null ? 'null' : typeof format}`;
}

function deriveCheckedId(awsId: unknown, job: string, source: string): string {
  const id = typeof awsId === 'string' ? deriveId(awsId, job) : undefined;
  if (isUsableId(awsId) && isUsableId(id)) return id;
  throw new InvalidInputError({
    problem: `The ${source} cannot name an execution of job ${job}: the id that it makes is not ${usableId}.`,
    fix: 'Pass the event and the context on as Lambda gave them, or start with an envelope that says the executionId.',
    details: { job, faults: [source] },
  });
}

/** Our own error as it is; anything else came out of an event that no JSON text can give: a getter, a Proxy. */
function ensureTyped(thrown: unknown): BatonError {
  return BatonError.is(thrown) ? thrown : notJsonError(thrown);
}

function damaged(reason: string): CorruptContinuationError {
  return new CorruptContinuationError({
    problem: `The event is a lambda-baton envelope, but ${reason}.`,
    fix: 'Start executions with { "lambdaBaton": { "v": 1, "start": { "executionId": "…", "input": … } } } and leave continuations as they were sent.',
    details: { reason },
  });
}
