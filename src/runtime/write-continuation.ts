import { StateTooLargeError } from '../errors';
import type { Collaborators } from './collaborators';
import { type Continuation, describeContinuation } from './core/continuation';
import type { StateCopy } from './core/copy-state';
import { readEnvelope, type StateText, writeEnvelope } from './core/envelope';
import type { Execution } from './core/execution';
import type { JobPlan } from './core/job-plan';

/** Below this many characters a state is sent as it is: Lambda's first 256 KB are one request either way. */
const packFromLength = 200_000;

/** A continuation message and its size in UTF-8 bytes. */
export interface ContinuationMessage {
  readonly body: string;
  readonly bytes: number;
}

/**
 * Writes the message that carries an execution on, with its state inside.
 *
 * @throws StateTooLargeError when it fits no channel.
 */
export function writeContinuation(
  plan: JobPlan,
  execution: Execution,
  input: unknown,
  state: StateCopy,
  collaborators: Collaborators,
  maxBytes: number,
): ContinuationMessage {
  const { codec, platform } = collaborators;
  const continuation = describeContinuation(plan, execution, input);
  const write = (text: StateText): ContinuationMessage => {
    const body = writeEnvelope({ continuation, state: text }, platform.checksum);
    return { body, bytes: platform.countBytes(body) };
  };
  const text = encode(codec, state);
  const isLarge = text.text.length >= packFromLength;
  let message = write(isLarge ? pack(text, platform) : text);
  if (message.bytes > maxBytes && !isLarge) message = write(pack(text, platform));
  if (message.bytes > maxBytes) throw describeTooLarge(plan, continuation, state, collaborators, message.bytes, maxBytes);
  return message;
}

/** Reads a message that {@link writeContinuation} wrote; the state comes back as text decoded by the codec. */
export function readContinuationMessage(plan: JobPlan, envelope: Readonly<Record<string, unknown>>, { codec, platform }: Collaborators) {
  const { continuation, state } = readEnvelope(plan, envelope, platform.checksum);
  const text = state.kind === 'packed' ? platform.unpack(state.text) : state.text;
  return { continuation, values: codec.decode(text) };
}

function encode(codec: Collaborators['codec'], state: StateCopy): StateText {
  const text = codec.encode(state.values);
  return { kind: codec.isJson === true ? 'json' : 'text', text };
}

function pack(state: StateText, platform: Collaborators['platform']): StateText {
  const packed = platform.pack(state.text);
  return packed.length < state.text.length ? { kind: 'packed', text: packed } : state;
}

function describeTooLarge(
  plan: JobPlan,
  { input, result }: Continuation,
  { values }: StateCopy,
  { codec, platform }: Collaborators,
  bytes: number,
  maxBytes: number,
): StateTooLargeError {
  const parts = plan.state
    .filter(({ field }) => Object.hasOwn(values, field))
    .map(({ field }) => ({ name: `@State ${field}`, field, bytes: platform.countBytes(codec.encode({ [field]: values[field] })) }));
  for (const [field, value] of Object.entries({ input, result })) {
    parts.push({ name: `the ${field}`, field, bytes: platform.countBytes(JSON.stringify(value) ?? '') });
  }
  const biggest = parts.reduce((one, other) => (other.bytes > one.bytes ? other : one));
  return new StateTooLargeError({
    problem: `The continuation of job ${plan.name} is ${bytes} bytes, and the largest that can be sent is ${maxBytes}; its biggest part is ${biggest.name} (${biggest.bytes} bytes).`,
    cure: `Keep ${biggest.field} somewhere else and a key to it in its place.`,
    details: { bytes, maxBytes, biggestField: biggest.field },
  });
}
