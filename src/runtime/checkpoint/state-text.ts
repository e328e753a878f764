import { InvalidInputError, type UnserializableStateError } from '../../errors';
import { DevalueCodec } from '../adapters/codec/devalue-codec';
import { corrupt } from '../core/message/continuation';
import type { StateText } from '../core/message/envelope';
import { copyState, type StateCopy } from '../core/state/copy-state';
import { freezeInDepth } from '../core/state/freeze-in-depth';
import { isRecord } from '../core/state/json';
import type { Collaborators } from '../ports/collaborators';

/** A state travels as it is below this many characters: Lambda's first 256 KB are one request either way. */
export const packTravellingFrom = 200_000;
/** A state is stored as it is below this many characters: DynamoDB charges every KB, and packing this much takes 20 µs (bench/pack-state.mjs). */
export const packStoredFrom = 2_048;

/** A state that is there, and not only referred to. */
export type WrittenState = Exclude<StateText, { kind: 'stored' }>;

type Tools = Pick<Collaborators, 'codec' | 'platform'>;

/** The state as text, compressed when it has `packFrom` characters or more and that makes it shorter. */
export function encodeState(tools: Tools, state: StateCopy, packFrom: number): WrittenState {
  const { codec } = tools;
  // The default codec need not copy again what is a copy.
  const text = codec instanceof DevalueCodec ? codec.encodeCopy(state) : codec.encode(state.values);
  const written: WrittenState = { kind: tools.codec.isJson === true ? 'json' : 'text', text };
  return text.length < packFrom ? written : packState(tools, written);
}

/** The text compressed, when that makes it shorter, and when it may be unpacked again. */
export function packState({ platform }: Tools, state: WrittenState): WrittenState {
  if (state.kind === 'packed' || platform.countBytes(state.text) > platform.maxUnpackedBytes) return state;
  const packed = platform.pack(state.text);
  return packed.length < state.text.length ? { kind: 'packed', text: packed } : state;
}

/** The fields in a text that {@link encodeState} made. */
export function decodeState({ codec, platform }: Tools, { kind, text }: StateText): Record<string, unknown> {
  return codec.decode(kind === 'packed' ? platform.unpack(text) : text);
}

const marks = { json: 'j', packed: 'p', text: 't' } as const;

/** A state's text with a mark in front that says how to read it: what a store keeps. */
export function markStateText({ kind, text }: WrittenState): string {
  return `${marks[kind]}${text}`;
}

/** Reads what {@link markStateText} wrote. */
export function readMarkedText(marked: string): WrittenState {
  for (const kind of ['json', 'packed', 'text'] as const) {
    if (marked.startsWith(marks[kind])) return { kind, text: marked.slice(1) };
  }
  throw corrupt('the stored state has no known form');
}

/** The only key of an input that JSON cannot carry as it is, or that could be mistaken for such a one. */
const tag = 'lambda-baton:input';
const codec = new DevalueCodec();

/**
 * An input as records and continuations hold it: plain JSON as it is; else one object with the codec's text under one key.
 *
 * @throws InvalidInputError naming the path of what cannot be kept.
 */
export function writeInput(job: string, input: unknown): unknown {
  try {
    const copy = copyState(
      { input },
      { subject: 'The value', fix: 'Let the input option of @LongRunning make plain data of it.' },
    );
    const { input: copied } = copy.values;
    return freezeInDepth(copy.isPlain && !isTagged(copied) ? copied : { [tag]: codec.encodeCopy(copy) });
  } catch (error) {
    throw unkeptError(job, error as UnserializableStateError);
  }
}

/** Whether reading it gives a value of its own each time: then what one reader changes in a `Date` or in bytes, no other sees. */
function isTagged(written: unknown): written is Readonly<Record<typeof tag, unknown>> {
  return isRecord(written) && Object.hasOwn(written, tag) && Object.keys(written).length === 1;
}

/**
 * The input that {@link writeInput} wrote, frozen in depth.
 *
 * @throws CorruptContinuationError when it was not written by it.
 */
export function readInput(written: unknown): unknown {
  if (!isTagged(written)) return written;
  const text = written[tag];
  if (typeof text !== 'string') throw corrupt('its input is not what it should be');
  return freezeInDepth(codec.decode(text).input);
}

function unkeptError(job: string, cause: UnserializableStateError): InvalidInputError {
  const [reason = '', fix] = cause.message.split('\n→ ');
  return new InvalidInputError({
    problem: `The input of job ${job} cannot be kept: ${reason}`,
    ...(fix === undefined ? {} : { fix }),
    details: { job, faults: [`${cause.details.path} cannot be kept`] },
    cause,
  });
}
