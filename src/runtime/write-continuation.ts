import { StateTooLargeError } from '../errors';
import type { Collaborators } from './collaborators';
import { describeContinuation } from './core/continuation';
import type { StateCopy } from './core/copy-state';
import { type Envelope, type StateText, writeEnvelope } from './core/envelope';
import type { Execution } from './core/execution';
import type { JobPlan } from './core/job-plan';
import { encodeState } from './state-text';

/** A continuation message and its size in UTF-8 bytes. */
export interface ContinuationMessage {
  readonly body: string;
  readonly bytes: number;
}

/** The state that stands for one that is in the store. */
const inStore: StateText = { kind: 'stored', text: '' };

/**
 * Writes the message that carries an execution on: with its state inside while that fits, else, with a store, without.
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
  const continuation = describeContinuation(plan, execution, input);
  const message = measure({ continuation, state: encodeState(collaborators, state) }, collaborators);
  if (message.bytes <= maxBytes) return message;
  const light = collaborators.store === undefined ? message : measure({ continuation, state: inStore }, collaborators);
  if (light.bytes > maxBytes) throw describeTooLarge(plan, state, collaborators, light.bytes, maxBytes);
  return light;
}

function measure(envelope: Envelope, { platform }: Collaborators): ContinuationMessage {
  const body = writeEnvelope(envelope, platform.checksum);
  return { body, bytes: platform.countBytes(body) };
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
