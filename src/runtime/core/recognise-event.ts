import { CorruptContinuationError, InvalidInputError } from '../../errors';
import type { Arrival, BatchRecord, Recognition } from './arrival';
import { isRecord } from './is-record';

/** The key that tells our envelopes from every other event. */
const envelopeKey = 'lambdaBaton';
const loneSurrogate = /\p{Surrogate}/u;
/** The longest execution id, in characters: it has to fit every store's keys. */
const maxIdLength = 256;

/**
 * Says what an event is: a continuation, an SQS batch of continuations and starts, or the start of an execution.
 *
 * @throws CorruptContinuationError when the event is one of our envelopes but not a whole one.
 * @throws InvalidInputError when the event cannot be a JSON document.
 */
export function recogniseEvent(event: unknown, awsRequestId: string): Recognition {
  if (isSqsBatch(event)) return { kind: 'batch', records: event.Records.map(readRecord) };
  if (isEnvelope(event)) return { kind: 'single', arrival: readEnvelope(event[envelopeKey]) };
  const executionId = isEventBridgeEvent(event) ? event.id : awsRequestId;
  return { kind: 'single', arrival: { kind: 'start', executionId: checkId(executionId), input: copyJson(event) } };
}

function isSqsBatch(event: unknown): event is { Records: Record<string, unknown>[] } {
  if (!isRecord(event) || !Array.isArray(event.Records) || event.Records.length === 0) return false;
  return event.Records.every((record) => isRecord(record) && record.eventSource === 'aws:sqs' && typeof record.messageId === 'string');
}

function isEventBridgeEvent(event: unknown): event is { id: string } {
  return isRecord(event) && typeof event.id === 'string' && event.id !== '' && 'detail-type' in event && typeof event.source === 'string';
}

function isEnvelope(event: unknown): event is Record<string, unknown> {
  return isRecord(event) && Object.hasOwn(event, envelopeKey);
}

function readRecord(record: Record<string, unknown>): BatchRecord {
  const messageId = record.messageId as string;
  const attributes = isRecord(record.attributes) ? record.attributes : {};
  const groupId = typeof attributes.MessageGroupId === 'string' ? attributes.MessageGroupId : undefined;
  try {
    return { messageId, groupId, arrival: readBody(record.body, messageId), error: undefined };
  } catch (error) {
    return { messageId, groupId, arrival: undefined, error };
  }
}

function readBody(body: unknown, messageId: string): Arrival {
  const content = typeof body === 'string' ? parseOrKeep(body) : body;
  if (isEnvelope(content)) return readEnvelope(content[envelopeKey]);
  return { kind: 'start', executionId: checkId(messageId), input: copyJson(content) };
}

function parseOrKeep(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function readEnvelope(envelope: unknown): Arrival {
  if (!isRecord(envelope)) throw damaged('it is not an object');
  if (envelope.v !== 1) throw damaged(`its format is ${describeFormat(envelope.v)}, and this version of lambda-baton reads format 1`);
  const { start, continuation } = envelope;
  if (continuation !== undefined && start === undefined) return { kind: 'continuation', envelope };
  if (isRecord(start) && continuation === undefined) {
    return { kind: 'start', executionId: checkId(start.executionId), input: copyJson(start.input) };
  }
  throw damaged('it holds neither one start nor one continuation');
}

function describeFormat(format: unknown): string {
  return typeof format === 'number' ? String(format) : `a value of type ${format === null ? 'null' : typeof format}`;
}

function checkId(executionId: unknown): string {
  const isUsable =
    typeof executionId === 'string' && executionId !== '' && executionId.length <= maxIdLength && !loneSurrogate.test(executionId);
  if (isUsable) return executionId;
  throw damaged(`its executionId is not a string of 1 to ${maxIdLength} characters`);
}

/** A copy that is ours to freeze, and nothing but JSON. */
function copyJson(event: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(event) ?? 'null');
  } catch (cause) {
    throw new InvalidInputError({
      problem: 'The start event is not a JSON document.',
      cure: 'Send plain JSON: no cycles, no BigInt, at most a few thousand levels deep.',
      details: { job: '', faults: ['not JSON'] },
      cause,
    });
  }
}

function damaged(reason: string): CorruptContinuationError {
  return new CorruptContinuationError({
    problem: `The event is a lambda-baton envelope, but ${reason}.`,
    cure: 'Start executions with { "lambdaBaton": { "v": 1, "start": { "executionId": "…", "input": … } } } and leave continuations as they were sent.',
    details: { reason },
  });
}
