import { SlotRefusedError } from '../../errors';
import { isStuck } from '../core/record/execution-description';
import type { ExecutionRecord } from '../core/record/execution-record';
import {
  callIntoSlots,
  enterSlots,
  isAmongEntries,
  leaveSlots,
  listNext,
  listOlder,
  maxQueued,
  nameRunning,
  readSlots,
  type SlotEntry,
  type Slots,
} from '../core/record/slots';
import type { StoredRevision } from '../ports';
import { findRecord, inGroups } from './change-record';
import { type InboxTools, isSleeper } from './inbox';

/** What slots are listed under: no job has this name. */
const jobOfSlots = 'lambda-baton:slots';
/** Who was called and has not come for so long is called again, in milliseconds. */
const callAgainAfterMs = 10_000;

/** Somebody else has changed the slots meanwhile: it is to be tried again. */
export class LostRace extends Error {}

/** An execution at the slots of its job and key. */
export interface SlotVisit {
  /** The id of the record of the slots. */
  readonly slotsId: string;
  readonly entry: SlotEntry;
  /** Those that this visit has called, through all its tries: the reply of a write that called them may have been lost. */
  readonly calledIds: Set<string>;
}

/** An execution that asks for a slot. */
export interface SlotRequest extends SlotVisit {
  readonly job: string;
  readonly limit: number;
  /** Whether it waits when none is free. */
  readonly mayQueue: boolean;
  readonly expiresAtMs: number;
  /** Whether it has given up a slot before, and was redriven. */
  readonly isRedriven: boolean;
  /** Those that were seen to be alive, through all tries of this visit. */
  readonly livingIds: Set<string>;
}

/** What became of a visit, and whom it has to wake. */
export interface Visited {
  readonly kind: 'busy' | 'held' | 'queued';
  /** Ids of executions that were called, or that nobody seems to be coming for. */
  readonly toWake: readonly string[];
  /** Of a queued one: those before it that keep it from a slot. */
  readonly older: readonly SlotEntry[];
  /** Who has the slots, the first ten. */
  readonly running: readonly string[];
}

/**
 * Asks for a slot, once: as a holder when one is free and nobody waits before it, else at the end of the queue. Who finds none free looks
 * whether the holders are alive.
 *
 * @throws LostRace; SlotRefusedError when too many wait
 */
export async function tryToEnter(tools: InboxTools, request: SlotRequest): Promise<Visited> {
  const { limit, entry, slotsId, mayQueue, job, calledIds, isRedriven } = request;
  const stored = await tools.store.load(slotsId);
  let slots: Slots = { holders: [], queue: [], ...(stored && readSlots(stored, tools.checksum)), limit };
  const forgotten: string[] = [];
  const isHolder = isAmongEntries(slots.holders, entry.id);
  // It has entered or left before: whoever was called then may not have heard of it.
  const isRepeated =
    isRedriven ||
    [...slots.holders, ...slots.queue].some(
      ({ id, calledAtMs }) => id === entry.id && calledAtMs === undefined,
    );
  if (!isHolder && slots.holders.length >= limit) {
    const { gone, overdue } = await lookAtHolders(tools, slots, request.livingIds);
    slots = leaveSlots(slots, gone);
    forgotten.push(...overdue);
  }
  slots = await callNext(tools, slots, entry.id, calledIds);
  const entered = enterSlots(slots, entry);
  const isHeld = isAmongEntries(entered.holders, entry.id);
  const isQueued = isAmongEntries(slots.queue, entry.id);
  if (!isHeld && !isQueued && mayQueue && slots.queue.length >= maxQueued) throw queueFullError(job, limit);
  const next = isHeld || mayQueue ? entered : slots;
  await save(tools, request, stored, next, request.expiresAtMs);
  const kind = isHeld ? 'held' : mayQueue ? 'queued' : 'busy';
  const toWake = [...listCalled(next, isRepeated ? undefined : calledIds), ...forgotten];
  return { kind, toWake, older: listOlder(next, entry.id), running: nameRunning(next) };
}

/**
 * Gives up a slot, or a place in the queue, once, and calls whoever is next.
 *
 * @returns whom to wake
 * @throws LostRace
 */
export async function tryToLeave(tools: InboxTools, visit: SlotVisit): Promise<readonly string[]> {
  const { slotsId, entry, calledIds } = visit;
  const stored = await tools.store.load(slotsId);
  if (stored === undefined) return [];
  const before = readSlots(stored, tools.checksum);
  const left = leaveSlots(before, [entry]);
  const next = await callNext(tools, left, entry.id, calledIds);
  await save(tools, visit, stored, next, stored.expiresAtMs);
  // It has left before: whoever was called then may not have heard of it.
  const isRepeated = left.holders.length + left.queue.length === before.holders.length + before.queue.length;
  return listCalled(next, isRepeated ? undefined : calledIds);
}

/** Those of the holders who were called, and have not said yet that they know. */
function listCalled({ holders }: Slots, ids?: ReadonlySet<string>): string[] {
  return holders
    .filter(({ id, calledAtMs }) => calledAtMs !== undefined && ids?.has(id) !== false)
    .map(({ id }) => id);
}

/** Calls the first of the queue into the slots that are free; who is no longer waiting is passed over. */
async function callNext(
  tools: InboxTools,
  slots: Slots,
  ownId: string,
  calledIds: Set<string>,
): Promise<Slots> {
  for (let now = slots; ; ) {
    const next = listNext(now).filter(({ id }) => id !== ownId);
    const records = await readRecords(tools, next);
    const gone = next.filter((_, index) => isGone(records[index]));
    if (gone.length > 0) {
      now = leaveSlots(now, gone);
      continue;
    }
    for (const { id } of next) calledIds.add(id);
    return next.length === 0 ? now : callIntoSlots(now, next, tools.clock.now());
  }
}

/** Looks which of the holders have ended, and which of them nobody seems to be coming for. */
async function lookAtHolders(tools: InboxTools, { holders }: Slots, livingIds: Set<string>) {
  const unknown = holders.filter(({ id }) => !livingIds.has(id));
  const records = await readRecords(tools, unknown);
  const nowMs = tools.clock.now();
  const gone: SlotEntry[] = [];
  const overdue: string[] = [];
  for (const [index, entry] of unknown.entries()) {
    const record = records[index];
    if (record === undefined || isGone(record)) {
      gone.push(entry);
      continue;
    }
    livingIds.add(entry.id);
    const { calledAtMs = Number.POSITIVE_INFINITY } = entry;
    const isLate = nowMs - calledAtMs >= callAgainAfterMs && isSleeper(record, nowMs);
    if (isLate || isStuck(record, nowMs)) overdue.push(entry.id);
  }
  return { gone, overdue };
}

/** Whether an execution needs no slot any more: it has ended, or waits for a person, and asks again when it is redriven. */
function isGone(record: ExecutionRecord | undefined): boolean {
  return record === undefined || record.outcome !== null || record.isParked === true;
}

function readRecords(
  { store, checksum }: InboxTools,
  entries: readonly SlotEntry[],
): Promise<(ExecutionRecord | undefined)[]> {
  return inGroups(entries, async ({ id }) => (await findRecord(store, checksum, id))?.record);
}

/** Nothing is written when the slots are already as they should be. */
async function save(
  { store, checksum }: InboxTools,
  { slotsId: executionId }: SlotVisit,
  stored: StoredRevision | undefined,
  slots: Slots,
  expiresAtMs: number,
): Promise<void> {
  const { limit, holders, queue } = slots;
  const state = JSON.stringify({ limit, holders, queue });
  if (stored?.state === state || (stored === undefined && holders.length + queue.length === 0)) return;
  const entry = { executionId, job: jobOfSlots, status: 'cancelled' as const, startedAtMs: 0 };
  const expiry = Math.max(expiresAtMs, stored?.expiresAtMs ?? 0);
  const saved = await store.save(
    { ...entry, expiresAtMs: expiry, head: checksum(state), state },
    stored?.revision,
  );
  if (saved === undefined) throw new LostRace();
}

function queueFullError(job: string, limit: number): SlotRefusedError {
  return new SlotRefusedError({
    problem: `${maxQueued} executions of job ${job} wait for one of the ${limit} slots of its concurrency already: no more can.`,
    fix: 'Start fewer at a time, or raise concurrency.limit; redrive this one when there is room.',
    details: { job, reason: 'queue-full' },
  });
}
