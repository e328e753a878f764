import { BatonError, CheckpointFailedError } from '../../errors';
import { type InboxTools, raiseFlag } from '../among/inbox';
import { LostRace, type SlotVisit, tryToLeave } from '../among/slots-store';
import { describeError } from '../core/record/describe-error';
import type { ExecutionRecord } from '../core/record/execution-record';
import type { SlotEntry } from '../core/record/slots';
import type { Collaborators } from '../ports/collaborators';
import { BackOff } from '../time/back-off';
import { type LookDeps, wakeSleeper } from './send-look';

/** An execution that has ended, and who waits for that. */
interface EndedExecution extends Pick<ExecutionRecord, 'epoch' | 'parent'> {
  readonly executionId: string;
  /** The record of the slots that it had one of, or waited for one of. @defaultValue it needed none */
  readonly slotsId?: string | undefined;
  /** Tells two looks apart. */
  readonly sentBy: string;
  /** How many invocations of a chain lie behind its end. @defaultValue 0 */
  readonly chainLength?: number;
}

/** Wakes whoever waits for the end of an execution: first the flag, then a look. Harmless when it is repeated. */
export async function tellEnd(
  { parent, executionId, epoch, slotsId, sentBy, chainLength = 0 }: EndedExecution,
  deps: LookDeps,
): Promise<void> {
  if (slotsId !== undefined)
    await freeSlot({ slotsId, entry: { id: executionId, epoch }, sentBy, chain: chainLength + 1 }, deps);
  if (parent === undefined) return;
  const record = await tryAtStore(deps, parent.executionId, (tools) => raiseFlag(tools, parent.executionId));
  await wakeSleeper(record, `${sentBy}.${executionId}`, deps, chainLength + 1);
}

/** An execution that needs its slot no more, or wakes those that were called into one. */
interface LeavingExecution {
  readonly slotsId: string;
  readonly entry: SlotEntry;
  /** Tells two looks apart. */
  readonly sentBy: string;
  /** How many invocations of a chain lie behind whoever is woken. */
  readonly chain: number;
}

/** Gives up a slot, or a place in the queue, and wakes whoever gets it. Harmless when it is repeated. */
async function freeSlot(leaving: LeavingExecution, deps: LookDeps): Promise<void> {
  const { slotsId, entry } = leaving;
  const visit: SlotVisit = { slotsId, entry, calledIds: new Set() };
  const toWake = await tryAtStore(deps, entry.id, (tools) => tryToLeave(tools, visit));
  await wakeCalled(toWake, leaving, deps);
}

/** Wakes those that were called into a slot: first the flag, then a look. */
export async function wakeCalled(
  ids: readonly string[],
  { sentBy, chain }: Pick<LeavingExecution, 'chain' | 'sentBy'>,
  deps: LookDeps,
): Promise<void> {
  for (const id of ids) {
    const found = await tryAtStore(deps, id, (tools) => raiseFlag(tools, id));
    await wakeSleeper(found, `${sentBy}.${id}`, deps, chain);
  }
}

/** What the records say no to, for now: the store has not failed, and asking it again at once would not help. */
const refusals: ReadonlySet<string> = new Set(['SIGNAL_REFUSED', 'UNKNOWN_EXECUTION']);

/**
 * Reads or writes what executions have to do with each other: a store that fails is asked again while there is time. Those who are at it at
 * the same time come again at different times.
 *
 * @throws CheckpointFailedError when there is no time left; at once what refuses for another reason.
 */
export async function tryAtStore<Value>(
  deps: Pick<LookDeps, 'collaborators' | 'remainingMs'>,
  executionId: string,
  attempt: (tools: InboxTools) => Promise<Value>,
): Promise<Value> {
  const { collaborators } = deps;
  const { timer, random, logger } = collaborators;
  const tools = readInboxTools(collaborators);
  const backOff = new BackOff({ timer, random, remainingMs: () => deps.remainingMs() });
  for (;;) {
    try {
      return await attempt(tools);
    } catch (error) {
      if (BatonError.is(error) && (!error.retryable || refusals.has(error.code))) throw error;
      if (!(error instanceof LostRace))
        logger.warn('records could not be read or written', {
          executionId,
          tries: backOff.tries,
          error: describeError(error),
        });
      if (!backOff.hasTime) throw unreachableError(executionId, backOff.tries, error);
      await backOff.pause();
    }
  }
}

/** What facts are read and written with. */
function readInboxTools({ store, platform, clock }: Collaborators): InboxTools {
  if (store === undefined) throw new Error('there is no store to read from');
  return { store, checksum: platform.checksum, digest: (text) => platform.digest(text), clock };
}

function unreachableError(executionId: string, tries: number, cause: unknown): CheckpointFailedError {
  return new CheckpointFailedError({
    problem: `Records of execution ${executionId} could not be read or written in ${tries} tries, and there is no time for more.`,
    fix: 'Look at the cause: permissions, throttling, or the network. The delivery is retried.',
    details: { executionId, tries },
    cause,
  });
}
