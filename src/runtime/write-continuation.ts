import { StateTooLargeError } from '../errors';
import type { Collaborators } from './collaborators';
import { describeContinuation } from './core/continuation';
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
  const text = packWhenLarge(encode(codec, state), platform);
  const body = writeEnvelope({ continuation: describeContinuation(plan, execution, input), state: text }, platform.checksum);
  const bytes = platform.countBytes(body);
  if (bytes > maxBytes) throw describeTooLarge(plan, state, collaborators, bytes, maxBytes);
  return { body, bytes };
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

function packWhenLarge(state: StateText, { pack }: Collaborators['platform']): StateText {
  if (state.text.length < packFromLength) return state;
  const packed = pack(state.text);
  return packed.length < state.text.length ? { kind: 'packed', text: packed } : state;
}

function describeTooLarge(plan: JobPlan, { values }: StateCopy, { codec, platform }: Collaborators, bytes: number, maxBytes: number) {
  const sizes = plan.state
    .filter(({ field }) => Object.hasOwn(values, field))
    .map(({ field }) => ({ field, bytes: platform.countBytes(codec.encode({ [field]: values[field] })) }));
  const biggest = sizes.sort((one, other) => other.bytes - one.bytes)[0];
  const biggestField = biggest?.field ?? 'input';
  return new StateTooLargeError({
    problem: `The continuation of job ${plan.name} is ${bytes} bytes, and the largest that can be sent is ${maxBytes}; the biggest @State field is ${biggestField}${biggest ? ` (${biggest.bytes} bytes)` : ''}.`,
    cure: `Keep ${biggestField} somewhere else and a key to it in the state.`,
    details: { bytes, maxBytes, biggestField },
  });
}
