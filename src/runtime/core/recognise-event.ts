import { BatonError, CorruptContinuationError, InvalidInputError } from '../../errors';
import type { Arrival, BatchRecord, Recognition } from './arrival';
import { copyJson, describeNotJson } from './copy-json';
import { isUsableId, usableId } from './execution-id';
import { isRecord } from './is-record';

/** The key that tells our envelopes from every other event. */
const envelopeKey = 'lambdaBaton';
const envelopeOpening = /^\s*\{\s*"lambdaBaton"/;

/**
 * Says what an event is: a continuation, an SQS batch of continuations and starts, or the start of an execution.
 *
 * @throws CorruptContinuationError when the event is one of our envelopes but not a whole one.
 * @throws InvalidInputError when the event cannot be a JSON document.
 */
export function recogniseEvent(event: unknown, awsRequestId: string): Recognition {
  try {
    return recognise(event, awsRequestId);
  } catch (thrown) {
    throw ensureTyped(thrown);
  }
}

function recognise(event: unknown, awsRequestId: string): Recognition {
  if (isSqsBatch(event)) return { kind: 'batch', records: event.Records.map(readRecord) };
  if (isEnvelope(event)) return { kind: 'single', arrival: readEnvelope(event[envelopeKey]) };
  const executionId = isEventBridgeEvent(event) ? event.id : checkId(awsRequestId, 'awsRequestId of the context');
  return { kind: 'single', arrival: { kind: 'start', executionId, input: copyJson(event) } };
}

function isSqsBatch(event: unknown): event is { Records: Record<string, unknown>[] } {
  if (!isRecord(event) || !Array.isArray(event.Records) || event.Records.length === 0) return false;
  return Array.from(event.Records).every(isSqsRecord);
}

function isSqsRecord(record: unknown): boolean {
  return isRecord(record) && record.eventSource === 'aws:sqs' && typeof record.messageId === 'string';
}

function isEventBridgeEvent(event: unknown): event is { id: string } {
  return isRecord(event) && isUsableId(event.id) && 'detail-type' in event && typeof event.source === 'string';
}

function isEnvelope(event: unknown): event is Record<string, unknown> {
  return isRecord(event) && Object.hasOwn(event, envelopeKey);
}

function readRecord(record: Record<string, unknown>): BatchRecord {
  const messageId = record.messageId as string;
  const attributes = isRecord(record.attributes) ? record.attributes : {};
  const groupId = isOfFifoQueue(record) && typeof attributes.MessageGroupId === 'string' ? attributes.MessageGroupId : undefined;
  try {
    return { messageId, groupId, arrival: readBody(record.body, messageId), error: undefined };
  } catch (thrown) {
    return { messageId, groupId, arrival: undefined, error: ensureTyped(thrown) };
  }
}

/** Standard queues know message groups too, for fairness, but keep no order among them. */
function isOfFifoQueue({ eventSourceARN }: Record<string, unknown>): boolean {
  return typeof eventSourceARN !== 'string' || eventSourceARN.endsWith('.fifo');
}

function readBody(body: unknown, messageId: string): Arrival {
  const content = typeof body === 'string' ? parseOrKeep(body) : body;
  if (isEnvelope(content)) return readEnvelope(content[envelopeKey]);
  return { kind: 'start', executionId: checkId(messageId, 'messageId of the record'), input: copyJson(content) };
}

/** A text that is no JSON is the input itself, unless it was one of our envelopes: that must not start anything. */
function parseOrKeep(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (envelopeOpening.test(text)) throw damaged('it is not whole');
    return text;
  }
}

function readEnvelope(envelope: unknown): Arrival {
  if (!isRecord(envelope)) throw damaged('it is not an object');
  if (envelope.v !== 1) throw damaged(`its format is ${describeFormat(envelope.v)}, and this version of lambda-baton reads format 1`);
  const { start, continuation } = envelope;
  if (continuation !== undefined && start === undefined) return { kind: 'continuation', envelope };
  if (isRecord(start) && continuation === undefined) {
    if (!isUsableId(start.executionId)) throw damaged(`its executionId is not ${usableId}`);
    return { kind: 'start', executionId: start.executionId, input: copyJson(start.input) };
  }
  throw damaged('it holds neither one start nor one continuation');
}

function describeFormat(format: unknown): string {
  return typeof format === 'number' ? String(format) : `a value of type ${format === null ? 'null' : typeof format}`;
}

function checkId(id: unknown, source: string): string {
  if (isUsableId(id)) return id;
  throw new InvalidInputError({
    problem: `The ${source} cannot be the id of an execution: it is not ${usableId}.`,
    cure: 'Pass the event and the context on as Lambda gave them, or start with an envelope that says the executionId.',
    details: { job: '', faults: [source] },
  });
}

/** Our own error as it is; anything else came out of an event that no JSON text can give: a getter, a Proxy. */
function ensureTyped(thrown: unknown): BatonError {
  return BatonError.is(thrown) ? thrown : describeNotJson(thrown);
}

function damaged(reason: string): CorruptContinuationError {
  return new CorruptContinuationError({
    problem: `The event is a lambda-baton envelope, but ${reason}.`,
    cure: 'Start executions with { "lambdaBaton": { "v": 1, "start": { "executionId": "…", "input": … } } } and leave continuations as they were sent.',
    details: { reason },
  });
}
