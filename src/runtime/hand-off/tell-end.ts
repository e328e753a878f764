import { raiseFlag } from '../among/inbox';
import type { ExecutionRecord } from '../core/record/execution-record';
import { freeSlot } from './free-slot';
import { type LookDeps, wakeSleeper } from './send-look';
import { readInboxTools } from './try-at-store';

/** An execution that has ended, and who waits for that. */
export interface EndedExecution extends Pick<ExecutionRecord, 'epoch' | 'parent'> {
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
  const record = await raiseFlag(readInboxTools(deps.collaborators), parent.executionId);
  await wakeSleeper(record, `${sentBy}.${executionId}`, deps, chainLength + 1);
}
