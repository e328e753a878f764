import { IncompatibleStateError, InvalidInputError } from '../../errors';
import type { Heartbeats } from '../checkpoint/heartbeats';
import type { Journal } from '../checkpoint/journal';
import type { JournalDeps } from '../checkpoint/journal-entry';
import { decodeState, readInput, writeInput } from '../checkpoint/state-text';
import { beginExecution, type Execution } from '../core/execution/execution';
import type { JobPlan } from '../core/execution/job-plan';
import { migrateState } from '../core/execution/migrate-state';
import type { StartArrival } from '../core/message/arrival';
import { type Continuation, checkCode, resumeExecution } from '../core/message/continuation';
import type { Envelope, StateText } from '../core/message/envelope';
import type { InvocationEntry } from '../core/record/history';
import { copyInput } from '../core/state/copy-json';
import { freezeInDepth } from '../core/state/freeze-in-depth';
import { isSameJson } from '../core/state/json';
import type { Emitter } from '../observe/emitter';
import type { Context } from '../ports';
import type { Collaborators } from '../ports/collaborators';
import type { TimeBudget } from '../time/time-budget';

/** The invocation before this one, which died without a word. */
export interface LostInvocation {
  readonly invocation: number;
  readonly requestId: string;
  /** In epoch milliseconds; when it was last heard of, where that is not known. */
  readonly startedAtMs: number;
  /** When it was last heard of, in epoch milliseconds. */
  readonly heardAtMs: number;
  /** What it had cost by its last checkpoint, in US dollars. */
  readonly costUsd: number;
  /** The method that it was last seen running; empty when that is not known. */
  readonly unit: string;
  readonly isHandingOver: boolean;
}

/** An execution as a delivery brought it: where it stands, its input, and its state if it has one. */
export interface OpenedExecution {
  readonly execution: Execution;
  /** As records and continuations hold it, frozen in depth: what `writeInput` wrote. */
  readonly input: unknown;
  /** The input as it was sent, when the job's `input` option made something else of it. */
  readonly receivedInput?: unknown;
  /** The state to restore, in this code's version; undefined at the start. */
  readonly values: Record<string, unknown> | undefined;
  /** Why the stored state cannot be read: it was claimed all the same, for its end to be recorded, since a fuse has blown. */
  readonly unreadable?: unknown;
  readonly lost?: LostInvocation;
  /** The invocation before this one, as the record says how it ended: its own entry may be missing in the history. */
  readonly previous?: InvocationEntry;
  /** Its delivery. */
  readonly previousRequestId?: string;
  /** Why it cannot be begun, although its start is recorded: it has failed. */
  readonly refused?: unknown;
}

/** What an invocation is built from. */
export interface InvocationParts {
  readonly plan: JobPlan;
  readonly opened: OpenedExecution;
  readonly context: Context;
  readonly budget: TimeBudget;
  readonly collaborators: Collaborators;
  readonly emitter: Emitter;
  /** Opens the journal of the claimed execution; undefined without a store. */
  readonly openJournal: ((room: JournalDeps) => Journal) | undefined;
  /** Makes a fresh job instance with its dependencies. */
  readonly construct: () => object;
  readonly signs: Heartbeats;
  readonly validate: InputValidator;
  /** Every job of the handler. */
  readonly hosted: readonly JobPlan[];
  /** The delivery, and the one that it acts for. */
  readonly deliveries: readonly string[];
}

/** Validates a start event's input. */
export type InputValidator = (plan: JobPlan, input: unknown) => Promise<unknown>;

/**
 * Opens the execution that a delivery starts.
 *
 * @throws InvalidInputError; nothing has been run then.
 */
export async function openStart(
  plan: JobPlan,
  { executionId, input, job, chainLength = 0 }: StartArrival,
  collaborators: Collaborators,
  validate: InputValidator,
): Promise<OpenedExecution> {
  if (job !== undefined && job !== plan.name) throw otherJobError(plan, executionId, job);
  const execution = beginExecution(plan, executionId, collaborators.clock.now());
  const chain = { ...execution.chain, length: chainLength };
  return {
    execution: { ...execution, chain },
    ...(await openInput(plan, input, validate)),
    values: undefined,
  };
}

/**
 * Opens the execution that a continuation carries on, with the state that travelled in it.
 *
 * @throws IncompatibleStateError or CorruptContinuationError; nothing has been run then.
 */
export function openContinuation(
  plan: JobPlan,
  { continuation, state }: Envelope,
  collaborators: Collaborators,
): OpenedExecution {
  checkCode(plan, continuation);
  return {
    execution: resumeExecution(plan, continuation),
    input: openCarriedInput(continuation.input),
    values: readTravelledState(plan, continuation, state, collaborators),
  };
}

/** Read once to see that it can be. */
function openCarriedInput(carried: unknown): unknown {
  const input = freezeInDepth(copyInput(carried));
  readInput(input);
  return input;
}

async function openInput(plan: JobPlan, receivedInput: unknown, validate: InputValidator) {
  const valid = plan.input === undefined ? receivedInput : await validate(plan, receivedInput);
  const input = writeInput(plan.name, valid);
  return isSameJson(input, receivedInput) ? { input } : { input, receivedInput };
}

/** The error for a start that names a job which this function does not run. */
export function otherJobError(
  { name }: Pick<JobPlan, 'name'>,
  executionId: string,
  job: string,
): InvalidInputError {
  return new InvalidInputError({
    problem: `Execution ${executionId} cannot be started here: its start is for job ${job}, and this function runs job ${name}.`,
    fix: `Send the start to the function of job ${job}, or leave the job out of it.`,
    details: { job: name, faults: ['job'] },
  });
}

function readTravelledState(
  plan: JobPlan,
  continuation: Continuation,
  state: StateText,
  collaborators: Collaborators,
) {
  if (state.kind !== 'stored') return migrateState(plan, continuation, decodeState(collaborators, state));
  const { executionId } = continuation;
  throw new IncompatibleStateError({
    problem: `The state of execution ${executionId} of job ${plan.name} is in a checkpoint store, and this function has none.`,
    fix: 'Give the function the store that the execution was started with.',
    details: {
      executionId,
      expected: 'a state in the continuation',
      received: 'a word that the store has it',
    },
  });
}
