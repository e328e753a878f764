import { BatonError } from '../../errors';
import { type Continuation, corrupt, readContinuation } from './continuation';
import { isRecord } from './is-record';
import type { JobPlan } from './job-plan';

/** The state as it stands in an envelope: JSON as it is, any other text, compressed text in Base64, or a word that the store has it. */
export type StateText =
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'packed'; readonly text: string }
  | { readonly kind: 'stored'; readonly text: '' }
  | { readonly kind: 'text'; readonly text: string };

/** What makes a change to an envelope visible: the checksum of a text. */
export type Checksum = (text: string) => string;

/** A whole continuation message, read and checked. */
export interface Envelope {
  readonly continuation: Continuation;
  readonly state: StateText;
}

/**
 * Writes a continuation message: one JSON text, and nothing that XML 1.0 forbids, because SQS takes nothing else.
 * The size of this text is what has to fit a channel.
 */
export function writeEnvelope({ continuation, state }: Envelope, checksum: Checksum): string {
  const head = JSON.stringify(continuation);
  const body = state.kind === 'json' ? state.text : JSON.stringify(state.text);
  const sum = checksum(`${head}\n${state.kind}\n${body}`);
  const text = `{"lambdaBaton":{"v":1,"checksum":"${sum}","continuation":${head},"state":{"${state.kind}":${body}}}}`;
  return escapeNonCharacters(text);
}

const parts: readonly string[] = ['v', 'checksum', 'continuation', 'state'];

/**
 * Reads a continuation message.
 *
 * @throws CorruptContinuationError when it is not whole or not what was sent.
 * @throws IncompatibleStateError when it is of other code than this.
 */
export function readEnvelope(plan: JobPlan, envelope: Readonly<Record<string, unknown>>, checksum: Checksum): Envelope {
  try {
    return readParts(plan, envelope, checksum);
  } catch (thrown) {
    throw BatonError.is(thrown) ? thrown : corrupt('it is not a JSON document', thrown);
  }
}

function readParts(plan: JobPlan, envelope: Readonly<Record<string, unknown>>, checksum: Checksum): Envelope {
  if (!Object.keys(envelope).every((part) => parts.includes(part)))
    throw corrupt('it has a part that this version of lambda-baton does not know');
  const { continuation: received, state } = envelope;
  const kind = readKind(state);
  const value = (state as Record<string, unknown>)[kind];
  const body = stringify(value);
  if (envelope.checksum !== checksum(`${stringify(received)}\n${kind}\n${body}`)) throw corrupt('its checksum does not match its content');
  const continuation = readContinuation(plan, received);
  if (kind === 'json') return { continuation, state: { kind, text: body } };
  if (typeof value !== 'string') throw corrupt('its state is not text');
  return { continuation, state: kind === 'stored' ? { kind, text: '' } : { kind, text: value } };
}

function readKind(state: unknown): StateText['kind'] {
  const [kind, ...others] = isRecord(state) ? Object.keys(state) : [];
  if (others.length === 0 && (kind === 'json' || kind === 'packed' || kind === 'stored' || kind === 'text')) return kind;
  throw corrupt('its state is missing or in an unknown form');
}

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch (cause) {
    throw corrupt('it is nested too deeply', cause);
  }
}

const nonCharacter = /[\uFFFE\uFFFF]/g;

function escapeNonCharacters(text: string): string {
  return text.replace(nonCharacter, (character) => (character === '\uFFFE' ? '\\ufffe' : '\\uffff'));
}
