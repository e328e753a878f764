import { StateTooLargeError } from '../errors';
import type { Collaborators } from './collaborators';
import { type Continuation, describeContinuation } from './core/continuation';
import type { StateCopy } from './core/copy-state';
import { type StateText, writeEnvelope } from './core/envelope';
import type { Execution } from './core/execution';
import type { JobPlan } from './core/job-plan';
import { packState, type WrittenState } from './state-text';

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
  text: WrittenState,
  collaborators: Collaborators,
  maxBytes: number,
): ContinuationMessage {
  const continuation = describeContinuation(plan, execution, input);
  const write = (text: StateText): ContinuationMessage => {
    const body = writeEnvelope({ continuation, state: text }, collaborators.seal);
    return { body, bytes: collaborators.platform.countBytes(body) };
  };
  let message = write(text);
  if (message.bytes > maxBytes) message = write(packState(collaborators, text));
  if (message.bytes > maxBytes && collaborators.store !== undefined) message = write(inStore);
  if (message.bytes > maxBytes) throw describeTooLarge(plan, continuation, state, collaborators, message.bytes, maxBytes);
  return message;
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
