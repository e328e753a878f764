import { reservedPrefix } from '../message/arrival';
import { corrupt } from '../message/continuation';
import type { Checksum } from '../state/seal';

/** The most executions that wait for a slot of one job and key. */
export const maxQueued = 10_000;
/** Executions that a skipped one names. */
const maxNamed = 10;

/** An execution that has a slot, or waits for one. */
export interface SlotEntry {
  readonly id: string;
  /** Its claim that has said so. What is known of an earlier claim of it takes nothing away from this one. */
  readonly epoch: number;
  /** When it was given the slot that it waited for, in epoch milliseconds, until it has said that it knows. */
  readonly calledAtMs?: number;
}

/** Who has the slots of a job and key, and who waits for one: a record of its own in the store. */
export interface Slots {
  /** As many as the code said that looked last. */
  readonly limit: number;
  /** The oldest first. More than `limit` only after that was lowered. */
  readonly holders: readonly SlotEntry[];
  /** First come, first served. */
  readonly queue: readonly SlotEntry[];
}

/** The id under which the store keeps the slots of a job and key. No execution has it. */
export function nameSlots(job: string, key: string, digest: (text: string) => string): string {
  return `${reservedPrefix}slots:${digest(JSON.stringify([job, key]))}`;
}

/** Reads slots as they are stored. @throws CorruptContinuationError when they are damaged */
export function readSlots({ head, state }: { head: string; state: string }, checksum: Checksum): Slots {
  if (checksum(state) === head) return JSON.parse(state) as Slots;
  throw corrupt('the stored slots do not match their checksum');
}

/** Those without a slot that would get one next, as long as there are any free. */
export function listNext({ limit, holders, queue }: Slots): readonly SlotEntry[] {
  return queue.slice(0, Math.max(0, limit - holders.length));
}

/** The slots when an execution has entered them, or has said again that it is there: as a holder when it is one, or when one is free. */
export function enterSlots(slots: Slots, { id, epoch }: SlotEntry): Slots {
  const entry = { id, epoch };
  const renew = (entries: readonly SlotEntry[]) => entries.map((one) => (one.id === id ? entry : one));
  if (isAmongEntries(slots.holders, id)) return { ...slots, holders: renew(slots.holders) };
  const isQueued = isAmongEntries(slots.queue, id);
  const queue = isQueued ? renew(slots.queue) : [...slots.queue, entry];
  const isNext = listNext({ ...slots, queue }).some((one) => one.id === id);
  // Those before it in the queue get theirs first: whoever changes the record calls them.
  return isNext
    ? { ...slots, holders: [...slots.holders, entry], queue: queue.filter((one) => one !== entry) }
    : { ...slots, queue };
}

/** The slots without these executions, unless they have said since that they are there. */
export function leaveSlots(slots: Slots, gone: readonly SlotEntry[]): Slots {
  if (gone.length === 0) return slots;
  const epochs = new Map(gone.map(({ id, epoch }) => [id, epoch]));
  const stays = ({ id, epoch }: SlotEntry) => epoch > (epochs.get(id) ?? -1);
  return { ...slots, holders: slots.holders.filter(stays), queue: slots.queue.filter(stays) };
}

/** The slots when the first of the queue were called into those that are free. */
export function callIntoSlots(slots: Slots, called: readonly SlotEntry[], nowMs: number): Slots {
  const ids = new Set(called.map(({ id }) => id));
  const holders = called.map(({ id, epoch }): SlotEntry => ({ id, epoch, calledAtMs: nowMs }));
  return {
    ...slots,
    holders: [...slots.holders, ...holders],
    queue: slots.queue.filter(({ id }) => !ids.has(id)),
  };
}

/** Those older than an execution that keep it from a slot: of all that have one or wait before it, the newest `limit` − 1 may stay. */
export function listOlder({ limit, holders, queue }: Slots, id: string): readonly SlotEntry[] {
  const at = queue.findIndex((one) => one.id === id);
  const older = [...holders, ...queue.slice(0, Math.max(0, at))];
  return older.slice(0, Math.max(0, older.length - (limit - 1)));
}

/** Says whether an execution is among these. */
export function isAmongEntries(entries: readonly SlotEntry[], id: string): boolean {
  return entries.some((one) => one.id === id);
}

/** The executions that a skipped one names. */
export function nameRunning({ holders }: Slots): readonly string[] {
  return holders.slice(0, maxNamed).map(({ id }) => id);
}
