import { InvalidInputError, SignalRefusedError, UnknownExecutionError } from '../../errors';
import { countUnhandled } from '../core/execution/apply-among';
import { isAsleep } from '../core/record/claim';
import type { ExecutionRecord } from '../core/record/execution-record';
import {
  type InboxEntry,
  maxUnhandled,
  nameInboxSlot,
  nameSignal,
  readFact,
  type SignalFact,
  writeFact,
} from '../core/record/signal-fact';
import type { Checksum } from '../core/state/seal';
import type { CheckpointStore, Clock, StoredExecution, StoredRevision } from '../ports';
import { changeRecord, findRecord } from './change-record';

/** What signals are kept with. */
export interface InboxTools {
  readonly store: CheckpointStore;
  readonly checksum: Checksum;
  readonly digest: (text: string) => string;
  readonly clock: Pick<Clock, 'now'>;
}

/** A signal on its way to an execution. */
export interface SentSignal {
  readonly executionId: string;
  readonly name: string;
  readonly signalId: string;
  /** The payload's JSON; empty when there is none. */
  readonly payloadText: string;
  /** Tells this sender's writes from those of others. */
  readonly writer: string;
}

/** What became of a signal. */
export interface PostedSignal {
  /** `repeated`: the execution has had a signal of this id before. `ended`: it is over, and nothing was kept. */
  readonly kind: 'accepted' | 'ended' | 'repeated';
  /** The execution, when it sleeps: a look has to be sent to it. */
  readonly sleeper: ExecutionRecord | undefined;
}

/** What signals are listed under: no job has this name. */
const jobOfSignals = 'lambda-baton:signal';
/** Calls in a row that the store may fail. */
const maxFailures = 3;
/** Places that are read at the same time. */
const maxWindow = 16;

/**
 * Keeps a signal where its execution finds it, and raises the execution's wake flag: first the fact, then the flag. Many senders may do
 * so at once; one that has died on its way is finished by whoever sends the same signal again.
 *
 * @throws UnknownExecutionError when there is no such execution (yet).
 * @throws SignalRefusedError when too many signals wait for the execution already.
 */
export async function postSignal(tools: InboxTools, signal: SentSignal): Promise<PostedSignal> {
  const found = await findRecord(tools.store, tools.checksum, signal.executionId);
  if (found === undefined) throw unknownReceiverError(signal.executionId);
  const known = await readSignal(tools, signal);
  if (found.record.outcome !== null)
    return { kind: known?.fact.slot == null ? 'ended' : 'repeated', sleeper: undefined };
  const isRepeated = known !== undefined && known.fact.writer !== signal.writer;
  const keptForMs = Math.max(0, found.stored.expiresAtMs - tools.clock.now());
  const expiresAtMs = tools.clock.now() + 2 * keptForMs;
  if (known === undefined) await writeSignal(tools, signal, expiresAtMs);
  if (known?.fact.slot == null) {
    const slot = await append(tools, signal, found.record, expiresAtMs);
    await settleSlot(tools, signal, slot);
  }
  const raised = await raiseFlag(tools, signal.executionId);
  if (raised === undefined || raised.outcome !== null)
    return { kind: isRepeated ? 'repeated' : 'ended', sleeper: undefined };
  return {
    kind: isRepeated ? 'repeated' : 'accepted',
    sleeper: isSleeper(raised, tools.clock.now()) ? raised : undefined,
  };
}

/** Raises the wake flag of an execution, after a fact was written. @returns the record as it is then; undefined when there is none */
export function raiseFlag(
  { store, checksum }: InboxTools,
  executionId: string,
): Promise<ExecutionRecord | undefined> {
  return changeRecord<ExecutionRecord>(store, checksum, executionId, ({ stored, record }) => {
    if (record.outcome !== null || record.wake === 'raised') return { answer: record };
    const raised: ExecutionRecord = { ...record, wake: 'raised' };
    return {
      answer: raised,
      next: { record: raised, status: stored.status, expiresAtMs: stored.expiresAtMs },
    };
  });
}

/** Whether nobody is at work on an execution, nor on the way to it, before it is woken. */
export function isSleeper(record: ExecutionRecord, nowMs: number): boolean {
  if (record.outcome !== null || record.handedOffTo === null || record.isParked === true) return false;
  return isAsleep({ ...record, isCancelRequested: false, wake: undefined }, nowMs);
}

/** A signal that was read. */
export interface ReceivedSignal {
  readonly slot: number;
  readonly name: string;
  readonly signalId: string;
  readonly payloadText: string;
}

/** Reads what has come since: by known ids, from the first place that was not read. */
export async function readInbox(
  tools: InboxTools,
  executionId: string,
  from: number,
): Promise<{ readonly next: number; readonly signals: readonly ReceivedSignal[] }> {
  const signals: ReceivedSignal[] = [];
  let next = from;
  for (let window = 1; ; window = Math.min(2 * window, maxWindow)) {
    const slots = Array.from({ length: window }, (_, index) => next + index);
    const entries = await Promise.all(slots.map((slot) => readSlot(tools, executionId, slot)));
    const end = entries.indexOf(undefined);
    const taken = end < 0 ? entries : entries.slice(0, end);
    const received = await Promise.all(
      taken.map((entry, index) => receive(tools, executionId, entry as InboxEntry, next + index)),
    );
    signals.push(...received.filter((signal) => signal !== undefined));
    next += taken.length;
    if (end >= 0) return { next, signals };
  }
}

/** The payload of a signal that was read before, as JSON; undefined when the store has it no more. */
export async function readPayload(
  tools: InboxTools,
  executionId: string,
  slot: number,
): Promise<ReceivedSignal | undefined> {
  const entry = await readSlot(tools, executionId, slot);
  return entry && receive(tools, executionId, entry, slot);
}

/** A signal may have two places, when one of its senders died on its way: only the one that it says itself counts. */
async function receive(
  tools: InboxTools,
  executionId: string,
  { signalId }: InboxEntry,
  slot: number,
): Promise<ReceivedSignal | undefined> {
  const own = await settleSlot(tools, { executionId, signalId }, slot);
  if (own?.fact.slot !== slot) return undefined;
  return { slot, name: own.fact.name, signalId, payloadText: own.stored.state };
}

interface KnownSignal {
  readonly fact: SignalFact;
  readonly stored: StoredRevision;
}

type SignalKey = Pick<SentSignal, 'executionId' | 'signalId'>;

async function readSignal(
  { store, checksum, digest }: InboxTools,
  { executionId, signalId }: SignalKey,
): Promise<KnownSignal | undefined> {
  const stored = await store.load(nameSignal(executionId, signalId, digest));
  return stored && { stored, fact: readFact<SignalFact>(stored.head, checksum) };
}

/** Another sender of the same signal may have been faster: its payload stays. */
async function writeSignal(tools: InboxTools, signal: SentSignal, expiresAtMs: number): Promise<void> {
  const { executionId, signalId, name, writer, payloadText } = signal;
  const fact: SignalFact = { executionId, signalId, name, writer, atMs: tools.clock.now(), slot: null };
  const head = writeFact(fact, tools.checksum);
  const id = nameSignal(executionId, signalId, tools.digest);
  await retry(async () => tools.store.save(describeEntry(id, head, payloadText, expiresAtMs), undefined));
}

/** Puts a signal behind the last one. What is taken meanwhile is taken by other senders: each try is one place further. */
async function append(
  tools: InboxTools,
  { executionId, signalId, writer }: SentSignal,
  { continuation }: ExecutionRecord,
  expiresAtMs: number,
): Promise<number> {
  const { among } = continuation;
  const first = among?.inbox.next ?? 0;
  const head = writeFact({ signalId, writer }, tools.checksum);
  for (let slot = await findTail(tools, executionId, first); ; slot += 1) {
    if (countUnhandled(among) + slot - first >= maxUnhandled) throw inboxFullError(executionId);
    const id = nameInboxSlot(executionId, slot, tools.digest);
    const isOurs = await retry(async () => {
      const revision = await tools.store.save(describeEntry(id, head, '', expiresAtMs), undefined);
      if (revision !== undefined) return true;
      const entry = await readSlot(tools, executionId, slot);
      return entry?.writer === writer && entry.signalId === signalId;
    });
    if (isOurs) return slot;
  }
}

/** The first free place, in a number of reads that grows with the logarithm of what is waiting. */
async function findTail(tools: InboxTools, executionId: string, first: number): Promise<number> {
  const isTaken = async (slot: number) => (await readSlot(tools, executionId, slot)) !== undefined;
  let last = first - 1;
  let free = first;
  for (let stride = 1; await isTaken(free); stride *= 2) {
    last = free;
    free += stride;
  }
  while (free - last > 1) {
    const middle = Math.floor((last + free) / 2);
    if (await isTaken(middle)) last = middle;
    else free = middle;
  }
  return free;
}

async function readSlot(
  { store, checksum, digest }: InboxTools,
  executionId: string,
  slot: number,
): Promise<InboxEntry | undefined> {
  const stored = await store.load(nameInboxSlot(executionId, slot, digest));
  return stored && readFact<InboxEntry>(stored.head, checksum);
}

/** Says in the signal which place is its own, unless it says so already. */
function settleSlot(tools: InboxTools, key: SignalKey, slot: number): Promise<KnownSignal | undefined> {
  return retry(async () => {
    for (;;) {
      const known = await readSignal(tools, key);
      if (known === undefined || known.fact.slot !== null) return known;
      const { revision, ...stored } = known.stored;
      const head = writeFact({ ...known.fact, slot }, tools.checksum);
      await tools.store.save({ ...stored, head }, revision, { isStateUnchanged: true });
    }
  });
}

/** Every write here may be made again: what has taken effect is seen by the next try. */
async function retry<Value>(act: () => Promise<Value>): Promise<Value> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await act();
    } catch (error) {
      if (failures >= maxFailures) throw error;
    }
  }
}

/** As a store keeps it: it has ended, so that nobody looks after it. */
function describeEntry(id: string, head: string, state: string, expiresAtMs: number): StoredExecution {
  const entry = { executionId: id, job: jobOfSignals, status: 'cancelled' as const, startedAtMs: 0 };
  return { ...entry, expiresAtMs, head, state };
}

function unknownReceiverError(executionId: string): UnknownExecutionError {
  return new UnknownExecutionError({
    problem: `The store has no execution ${JSON.stringify(executionId)} that a signal could be for.`,
    fix: 'Check the id and the store, and send it again: a start takes a moment to become a record.',
    details: { executionId },
  });
}

function inboxFullError(executionId: string): SignalRefusedError {
  return new SignalRefusedError({
    problem: `Execution ${executionId} takes no more signals for now: ${maxUnhandled} of them wait that it has not handled yet.`,
    fix: 'Send the signal again later, with the same signalId.',
    details: { executionId, maxUnhandled },
  });
}

/** The error for a signal that cannot be one. */
export function wrongSignalError(problem: string, fix: string, fault: string): InvalidInputError {
  return new InvalidInputError({ problem, fix, details: { job: '', faults: [fault] } });
}
