import { BatonError } from '../../../errors';
import type { JobPlan } from '../execution/job-plan';
import { isRecord } from '../state/json';
import type { Seal } from '../state/seal';
import { type Continuation, checkCode, checkContinuation, checkJob, corrupt } from './continuation';

/** The state as it stands in an envelope: JSON as it is, any other text, compressed text in Base64, or a word that the store has it. */
export type StateText =
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'packed'; readonly text: string }
  | { readonly kind: 'stored'; readonly text: '' }
  | { readonly kind: 'text'; readonly text: string };

/** A whole continuation message, read and checked. Input and result are undefined where the store has them. */
export interface Envelope {
  readonly continuation: Continuation;
  readonly state: StateText;
}

/**
 * Writes a continuation message: one JSON text, and nothing that XML 1.0 forbids, because SQS takes nothing else.
 * The size of this text is what has to fit a channel. One whose state is in the store carries neither input nor result: the store has
 * them too, and whatever their size, such a message stays small.
 */
export function writeEnvelope({ continuation, state }: Envelope, seal: Seal): string {
  const head = JSON.stringify(
    state.kind === 'stored' ? { ...continuation, input: undefined, result: undefined } : continuation,
  );
  const body = state.kind === 'json' ? state.text : JSON.stringify(state.text);
  const sealed = seal.seal(`${head}\n${state.kind}\n${body}`);
  const text = `{"lambdaBaton":{"v":1,"${seal.part}":"${sealed}","continuation":${head},"state":{"${state.kind}":${body}}}}`;
  return escapeNonCharacters(text);
}

const parts: readonly string[] = ['v', 'continuation', 'state'];

/**
 * Reads a continuation message.
 *
 * @throws CorruptContinuationError when it is not whole, not what was sent, or not sealed as this function seals.
 * @throws IncompatibleStateError when it is of other code than this.
 */
export function readEnvelope(
  plan: JobPlan,
  envelope: Readonly<Record<string, unknown>>,
  seal: Seal,
): Envelope {
  const opened = openEnvelope(envelope, seal);
  checkCode(plan, checkJob(plan, opened.continuation));
  return opened;
}

/**
 * Reads a continuation message that may be of other code.
 *
 * @throws CorruptContinuationError when it is not whole, not what was sent, or not sealed as this function seals.
 */
export function openEnvelope(envelope: Readonly<Record<string, unknown>>, seal: Seal): Envelope {
  try {
    return readParts(envelope, seal);
  } catch (thrown) {
    throw BatonError.is(thrown) ? thrown : corrupt('it is not a JSON document', thrown);
  }
}

function readParts(envelope: Readonly<Record<string, unknown>>, seal: Seal): Envelope {
  checkParts(envelope, seal);
  const { continuation: received, state } = envelope;
  const kind = readKind(state);
  const value = (state as Record<string, unknown>)[kind];
  const body = stringify(value);
  if (!seal.isSealOf(`${stringify(received)}\n${kind}\n${body}`, envelope[seal.part]))
    throw corrupt(`its ${seal.part} does not match its content`);
  const continuation = checkContinuation(received);
  if (kind === 'json') return { continuation, state: { kind, text: body } };
  if (typeof value !== 'string') throw corrupt('its state is not text');
  return { continuation, state: kind === 'stored' ? { kind, text: '' } : { kind, text: value } };
}

/** Fails closed both ways: what is not signed is not ours when there is a key, and what is signed cannot be checked when there is none. */
function checkParts(envelope: Readonly<Record<string, unknown>>, { part }: Seal): void {
  const isSigned = Object.hasOwn(envelope, 'signature');
  if (isSigned && part === 'checksum')
    throw corrupt('it is signed, and this function has no BATON_SIGNING_KEY to check it with');
  if (!isSigned && part === 'signature')
    throw corrupt('it is not signed, and this function has a BATON_SIGNING_KEY');
  if (!Object.keys(envelope).every((name) => name === part || parts.includes(name)))
    throw corrupt('it has a part that this version of lambda-baton does not know');
}

function readKind(state: unknown): StateText['kind'] {
  const [kind, ...others] = isRecord(state) ? Object.keys(state) : [];
  if (others.length === 0 && (kind === 'json' || kind === 'packed' || kind === 'stored' || kind === 'text'))
    return kind;
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
