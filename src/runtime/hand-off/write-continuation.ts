import { StateTooLargeError } from '../../errors';
import { packState, type WrittenState } from '../checkpoint/state-text';
import type { Execution } from '../core/execution/execution';
import type { JobPlan } from '../core/execution/job-plan';
import { type Continuation, describeContinuation } from '../core/message/continuation';
import { type StateText, writeEnvelope } from '../core/message/envelope';
import type { StateCopy } from '../core/state/copy-state';
import type { Collaborators } from '../ports/collaborators';
import type { Message, MessageForm } from './send-continuation';

/** What a continuation is written from. */
export interface ContinuationParts {
  readonly plan: JobPlan;
  readonly execution: Execution;
  readonly input: unknown;
  readonly state: StateCopy;
  /** The state's text. */
  readonly text: WrittenState;
  readonly collaborators: Collaborators;
}

/** The state that stands for one that is in the store. */
const inStore: StateText = { kind: 'stored', text: '' };

/**
 * Writes the message that carries an execution on, in the forms that it has: with its state inside, with its state compressed, and, with
 * a store, as a reference that carries neither state nor input nor result.
 */
export function writeContinuation({
  plan,
  execution,
  input,
  state,
  text,
  collaborators,
}: ContinuationParts): Message {
  const continuation = describeContinuation(plan, execution, input);
  const writers: (() => StateText)[] = [() => text, () => packState(collaborators, text)];
  if (collaborators.store !== undefined) writers.push(() => inStore);
  const written: MessageForm[] = [];
  const write = (index: number): MessageForm => {
    const known = written[index];
    if (known !== undefined) return known;
    const body = writeEnvelope({ continuation, state: writers[index]?.() ?? text }, collaborators.seal);
    const form = { body, bytes: collaborators.platform.countBytes(body) };
    written[index] = form;
    return form;
  };
  return {
    hasReference: collaborators.store !== undefined,
    write: (maxBytes) => {
      const last = writers.length - 1;
      // Compressing what is to be a reference in the end would be for nothing.
      if (maxBytes <= 0) return write(last);
      for (let index = 0; index < last; index += 1) if (write(index).bytes <= maxBytes) return write(index);
      return write(last);
    },
    tooLargeError: (maxBytes) =>
      tooLargeError(plan, continuation, state, collaborators, write(writers.length - 1).bytes, maxBytes),
  };
}

/** Names a hand-off for channels that drop duplicates: a claim hands over once, so the same epoch means the same hand-off sent again. */
export function nameHop({ startedAtMs }: Pick<Execution, 'startedAtMs'>, epoch: number): string {
  return `${startedAtMs}.${epoch}`;
}

function tooLargeError(
  plan: JobPlan,
  { input, result }: Continuation,
  { values }: StateCopy,
  { codec, platform }: Collaborators,
  bytes: number,
  maxBytes: number,
): StateTooLargeError {
  const parts = plan.state
    .filter(({ field }) => Object.hasOwn(values, field))
    .map(({ field }) => ({
      name: `@State ${field}`,
      field,
      bytes: platform.countBytes(codec.encode({ [field]: values[field] })),
    }));
  for (const [field, value] of Object.entries({ input, result })) {
    parts.push({ name: `the ${field}`, field, bytes: platform.countBytes(JSON.stringify(value) ?? '') });
  }
  const biggest = parts.reduce((one, other) => (other.bytes > one.bytes ? other : one));
  return new StateTooLargeError({
    problem: `The continuation of job ${plan.name} is ${bytes} bytes, and the largest that can be sent is ${maxBytes}; its biggest part is ${biggest.name} (${biggest.bytes} bytes).`,
    fix: `Keep ${biggest.field} somewhere else and a key to it in its place.`,
    details: { bytes, maxBytes, biggestField: biggest.field },
  });
}
