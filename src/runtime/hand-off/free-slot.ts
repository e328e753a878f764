import { raiseFlag } from '../among/inbox';
import { type SlotVisit, tryToLeave } from '../among/slots-store';
import type { SlotEntry } from '../core/record/slots';
import { type LookDeps, wakeSleeper } from './send-look';
import { tryAtStore } from './try-at-store';

/** An execution that needs its slot no more, or wakes those that were called into one. */
export interface LeavingExecution {
  readonly slotsId: string;
  readonly entry: SlotEntry;
  /** Tells two looks apart. */
  readonly sentBy: string;
  /** How many invocations of a chain lie behind whoever is woken. */
  readonly chain: number;
}

/** Gives up a slot, or a place in the queue, and wakes whoever gets it. Harmless when it is repeated. */
export async function freeSlot(leaving: LeavingExecution, deps: LookDeps): Promise<void> {
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
