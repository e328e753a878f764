import { BatonError, CheckpointFailedError } from '../../errors';
import { countReadUnits, countWriteUnits } from '../core/cost/cost';
import type { Execution } from '../core/execution/execution';
import type { Durability, JobPlan } from '../core/execution/job-plan';
import { maxTimerMs } from '../core/execution/timer-limit';
import { describeContinuation } from '../core/message/continuation';
import { describeError } from '../core/record/describe-error';
import {
  type ExecutionOutcome,
  type ExecutionRecord,
  type Parent,
  parseRecord,
  writeRecord,
} from '../core/record/execution-record';
import type { StateCopy } from '../core/state/copy-state';
import type { Emitter } from '../observe/emitter';
import type { CheckpointStore, ExecutionStatus, Logger } from '../ports';
import type { Collaborators } from '../ports/collaborators';
import type { ProgressReport } from '../step/progress-report';
import { BackOff } from '../time/back-off';
import { encodeState, markStateText, packStoredFrom } from './state-text';
import { Superseded } from './superseded';

/** A finished or forgotten execution is kept this long, in milliseconds: 30 days. */
export const retentionMs = 30 * 24 * 3_600_000;

/** A longer state is in a place of its own, and not written again while it stays as it is. */
const maxItem = 400_000;

/** What an invocation holds after its claim. */
export interface Claim {
  readonly executionId: string;
  readonly epoch: number;
  readonly owner: string;
  readonly leaseUntilMs: number;
  /** What the next write expects. */
  readonly revision: string;
  readonly startedAtMs: number;
  readonly isCancelRequested: boolean;
  /** Whether others have written facts that have not been read. */
  readonly hasNews: boolean;
  /** What the record says of it that no invocation changes. */
  readonly origin: Pick<ExecutionRecord, 'functionArn' | 'parent'>;
  readonly receivedInput: unknown;
  /** The state as it is stored; empty before the first checkpoint. */
  readonly stateText: string;
  readonly stateChecksum: string;
  /** The version of the code that wrote the state. */
  readonly stateVersion: number;
}

/** What writing needs of the invocation. */
export interface JournalDeps {
  readonly plan: JobPlan;
  readonly input: unknown;
  /** Where the execution stands. */
  readonly execution: Execution;
  readonly collaborators: Collaborators;
  readonly logger: Logger;
  readonly emitter: Emitter;
  readonly progressReport: ProgressReport;
  remainingMs(): number;
  /** What the execution has cost so far, in US dollars. */
  readCostUsd(): number;
  /** Called once, when a write shows that somebody has asked for the execution to end. */
  onCancelRequested(): void;
}

/** What a record says that the execution has done, and cost. */
export type Recorded = Pick<Execution, 'costUsd' | 'failedAttemptCount' | 'stepCount'>;

/** One line of writes: what the record will say. */
interface Entry {
  readonly execution: Execution;
  /** Undefined to leave the stored state as it is, with the version that it is of. */
  readonly state: StateCopy | undefined;
  readonly handedOffTo: number | null;
  readonly status: ExecutionStatus;
  readonly outcome: ExecutionOutcome | null;
  readonly isParked?: true;
  readonly isGivenBack?: true;
  readonly isHandingOver?: true | undefined;
}

/**
 * Writes an execution's checkpoints to its store, each on the condition that nobody else has claimed the execution.
 * One write is in flight at most.
 */
export class Journal {
  #revision: string;
  #writeCount = 0;
  /** The number of the last write that is known to have taken effect. */
  #storedCount = 0;
  #stateText: string;
  #isCancelRequested: boolean;
  /** The wake flag: `raised` in the store, lowered there (`seen`), its facts being read (`reading`), or of no matter. */
  #news: 'none' | 'raised' | 'reading' | 'seen';
  #lastSavedMs: number;
  #stateChecksum: string;
  #isEnding = false;
  #stateVersion: number;
  /** Where the execution stood when it was claimed: what the record says before the first write. */
  readonly #claimed: Execution;
  /** What the record says; undefined before the first write. */
  #written: Entry | undefined;
  #inFlight: Promise<void> | undefined;
  /** The newest safe point that is not stored yet, with `{ everyMs }`. */
  #pending: Entry | undefined;
  #cancelAlarm: (() => void) | undefined;
  #failure: unknown;
  #recorded: Recorded;
  /** What the write under way will have recorded. */
  #recording: Recorded;
  #writeUnitCount: number;
  /** What the claim has read, as DynamoDB would charge it: the record, and whether the job is stopped. */
  readonly readUnitCount: number;
  readonly #claim: Claim;
  readonly #store: CheckpointStore;
  readonly #room: JournalDeps;
  readonly #durability: Durability;

  constructor(store: CheckpointStore, claim: Claim, room: JournalDeps) {
    this.#store = store;
    this.#claim = claim;
    this.#room = room;
    this.#revision = claim.revision;
    this.#stateText = claim.stateText;
    this.#isCancelRequested = claim.isCancelRequested;
    this.#news = claim.hasNews ? 'seen' : 'none';
    this.#claimed = room.execution;
    this.#stateChecksum = claim.stateChecksum;
    this.#stateVersion = claim.stateVersion;
    this.#recorded = room.execution;
    this.#recording = room.execution;
    // After a death nothing that was reached may have to be reached twice: the next one may happen anywhere.
    this.#durability = room.execution.line.recovery > 0 ? 'step' : (room.plan.durability ?? 'step');
    this.#lastSavedMs = room.collaborators.clock.now();
    this.readUnitCount = countReadUnits(claim.stateText.length + 1) + countReadUnits(1);
    this.#writeUnitCount = countWriteUnits(claim.stateText.length + 1);
  }

  /** When the record was last written, in epoch milliseconds. */
  get lastSavedMs(): number {
    return this.#lastSavedMs;
  }

  /** What was written, as DynamoDB would charge it. */
  get writeUnitCount(): number {
    return this.#writeUnitCount;
  }

  /** What the record says that the execution has done and cost, as far as it is known that it was written. */
  get recorded(): Recorded {
    return this.#recorded;
  }

  /** When the record may be deleted if it is not written again, in epoch milliseconds. */
  readExpiry(): number {
    const { collaborators, plan } = this.#room;
    return collaborators.clock.now() + plan.limits.maxDurationMs + retentionMs;
  }

  /** The claim's fencing token. */
  get epoch(): number {
    return this.#claim.epoch;
  }

  /** Whose child the execution is. */
  get parent(): Parent | undefined {
    return this.#claim.origin.parent;
  }

  /** Whether somebody has asked for the execution to end, as far as the last write could see. */
  get isCancelRequested(): boolean {
    return this.#isCancelRequested;
  }

  /** Whether others have written facts that have not been read, as far as the last write could see. */
  get hasNews(): boolean {
    return this.#news === 'raised' || this.#news === 'seen';
  }

  /**
   * Reads the facts that others have written. The flag is lowered before: whoever writes a fact after it was read raises it again. Only a
   * write that comes after, and keeps what they said, takes the mark away that they have to be read.
   */
  async readNews(execution: Execution, state: StateCopy, read: () => Promise<void>): Promise<void> {
    await this.#settle();
    if (this.#news === 'raised') await this.confirm(execution, state);
    this.#news = 'reading';
    try {
      await read();
    } catch (error) {
      if (this.#news === 'reading') this.#news = 'seen';
      throw error;
    }
    if (this.#news === 'reading') this.#news = 'none';
  }

  /** Says that the job is stopped: the execution ends at its next safe point. */
  noteStopped(): void {
    this.#isCancelRequested = true;
  }

  /** Looks whether others have written facts, or have asked for the execution to end, without a write. */
  async listen(): Promise<void> {
    await this.#settle();
    await this.#lookAgain(true);
  }

  /**
   * Keeps a safe point as the durability policy says. A promise when the next step must wait for it.
   *
   * @param isHandingOver - whether the invocation hands over next, and does nothing else
   * @throws Superseded when another invocation has claimed the execution.
   */
  keep(execution: Execution, state: StateCopy, isHandingOver: boolean): Promise<unknown> | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#durability === 'handoff') return undefined;
    const entry: Entry = {
      execution,
      state,
      handedOffTo: null,
      status: 'running',
      outcome: null,
      ...(isHandingOver && { isHandingOver }),
    };
    if (this.#durability === 'step') return this.#write(entry);
    this.#pending = entry;
    this.#writeWhenDue(this.#durability.everyMs);
    return undefined;
  }

  /** Stores that the next invocation may claim the execution. Before the continuation is sent. */
  async handOff(next: Execution, state: StateCopy, isDelayed: boolean): Promise<void> {
    await this.#settle();
    await this.#write({
      execution: next,
      state,
      handedOffTo: next.invocation,
      status: isDelayed ? 'waiting' : 'running',
      outcome: null,
    });
  }

  /**
   * Stores that the execution sleeps, on the condition that there is nothing to wake it: no fact that has not been read, no request to
   * end. After that nothing of this invocation may go on.
   *
   * @param isEnding - it was asked to end, and waits for its children to
   * @returns whether it sleeps; false: it is still this invocation's, and there is news.
   */
  async fallAsleep(next: Execution, state: StateCopy, isEnding = false): Promise<boolean> {
    this.#isEnding = isEnding;
    await this.#settle();
    const handedOffTo = next.invocation;
    return this.#write({ execution: next, state, handedOffTo, status: 'waiting', outcome: null }, true);
  }

  /** Stores that the execution was to be handed over, but that no continuation is on its way. */
  async park(next: Execution, state: StateCopy): Promise<void> {
    await this.#settle();
    await this.#write({
      execution: next,
      state,
      handedOffTo: next.invocation,
      status: 'waiting',
      outcome: null,
      isParked: true,
    });
  }

  /**
   * Stores where the execution stands, whatever its durability: before something that only its owner may do.
   *
   * @throws Superseded when another invocation has claimed the execution.
   */
  async confirm(execution: Execution, state: StateCopy, isHandingOver?: true): Promise<void> {
    await this.#settle();
    await this.#write({
      execution,
      state,
      handedOffTo: null,
      status: 'running',
      outcome: null,
      isHandingOver,
    });
  }

  /**
   * Stores that this invocation ends without having gone on, so that the next delivery need not wait until it must be dead. What was handed
   * over stays handed over. One try: when it fails, the next delivery waits.
   */
  async giveBack(): Promise<void> {
    this.#forgetPending();
    await this.#inFlight;
    const last = this.#written ?? {
      execution: this.#claimed,
      state: undefined,
      handedOffTo: null,
      status: 'running' as const,
      outcome: null,
    };
    if (last.outcome !== null || last.isParked === true) return;
    const line = { ...last.execution.line, deathCount: 0 };
    const isKnown = this.#storedCount === this.#writeCount;
    this.#writeCount += 1;
    const entry = {
      ...last,
      execution: { ...last.execution, line },
      state: undefined,
      isGivenBack: true,
    } as const;
    // Tried again when only a fact has changed: not when a write whose reply was lost may have brought the record further.
    if (!(await this.#saveOnce(entry, this.#stateText)) && isKnown)
      await this.#saveOnce(entry, this.#stateText);
  }

  /** Stores how the execution ended; the state stays as it is stored when none is given. */
  async finish(execution: Execution, state: StateCopy | undefined, outcome: ExecutionOutcome): Promise<void> {
    await this.#settle();
    await this.#write({ execution, state, handedOffTo: null, status: outcome.status, outcome });
  }

  /** Waits for a write that is still under way; what became of it no longer matters. */
  async close(): Promise<void> {
    this.#forgetPending();
    await this.#inFlight;
  }

  /** Writes beside the steps: at once, or when the interval is over, or when the write under way has ended. The newest wins. */
  #writeWhenDue(everyMs: number): void {
    const entry = this.#pending;
    if (entry === undefined || this.#inFlight !== undefined) return;
    const { clock, timer } = this.#room.collaborators;
    const restMs = Math.ceil(this.#lastSavedMs + everyMs - clock.now());
    if (restMs <= 0) {
      this.#forgetPending();
      this.#inFlight = this.#writeBeside(entry, everyMs);
      return;
    }
    this.#cancelAlarm ??= timer.once(Math.min(restMs, maxTimerMs), () => {
      this.#cancelAlarm = undefined;
      this.#writeWhenDue(everyMs);
    });
  }

  async #writeBeside(entry: Entry, everyMs: number): Promise<void> {
    try {
      await this.#write(entry);
    } catch (error) {
      this.#failure = error;
      this.#forgetPending();
    }
    this.#inFlight = undefined;
    this.#writeWhenDue(everyMs);
  }

  #forgetPending(): void {
    this.#pending = undefined;
    this.#cancelAlarm?.();
    this.#cancelAlarm = undefined;
  }

  async #settle(): Promise<void> {
    this.#forgetPending();
    await this.#inFlight;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** @param isSleep - it is given up when there is news */
  async #write(entry: Entry, isSleep = false): Promise<boolean> {
    const { collaborators, emitter } = this.#room;
    const { state } = entry;
    const stateText =
      state === undefined
        ? this.#stateText
        : markStateText(encodeState(collaborators, state, packStoredFrom));
    if (isSleep && this.#isWoken) return false;
    this.#writeCount += 1;
    const { clock, platform } = collaborators;
    const startedMs = emitter.isHeard ? clock.elapsedMs() : 0;
    if (!(await this.#saveUntilKnown(entry, stateText, isSleep))) {
      this.#writeCount -= 1;
      return false;
    }
    if (emitter.isHeard && state !== undefined) {
      const durationMs = clock.elapsedMs() - startedMs;
      emitter.emit('checkpoint.stored', { bytes: platform.countBytes(stateText), durationMs });
    }
    this.#written = entry;
    this.#storedCount = this.#writeCount;
    this.#lastSavedMs = collaborators.clock.now();
    if (state === undefined) return true;
    this.#stateText = stateText;
    this.#stateChecksum = collaborators.platform.checksum(stateText);
    this.#stateVersion = this.#room.plan.version;
    return true;
  }

  get #isWoken(): boolean {
    return this.#news !== 'none' || (this.#isCancelRequested && !this.#isEnding);
  }

  async #saveUntilKnown(entry: Entry, stateText: string, isSleep: boolean): Promise<boolean> {
    const { collaborators, logger } = this.#room;
    const backOff = new BackOff({ timer: collaborators.timer, remainingMs: () => this.#room.remainingMs() });
    for (;;) {
      try {
        if (await this.#saveOnce(entry, stateText)) return true;
        if (isSleep && this.#isWoken) return false;
      } catch (error) {
        if (error instanceof Superseded || (BatonError.is(error) && !error.retryable)) throw error;
        logger.warn('checkpoint failed', { tries: backOff.tries, error: describeError(error) });
        if (!backOff.hasTime) throw this.#giveUp(backOff.tries, error);
        await backOff.pause();
      }
    }
  }

  /** One conditional write. Says whether it is done; if not, the record was touched by others but is still ours, and can be tried again. */
  async #saveOnce(entry: Entry, stateText: string): Promise<boolean> {
    const isStateUnchanged = stateText === this.#stateText;
    const written = this.#describe(entry, stateText);
    const isHeadOnly = isStateUnchanged && stateText.length > maxItem;
    this.#writeUnitCount += countWriteUnits(written.head.length + (isHeadOnly ? 0 : stateText.length));
    const revision = await this.#store.save(written, this.#revision, { isStateUnchanged });
    if (revision !== undefined) {
      this.#revision = revision;
      this.#recorded = this.#recording;
      if (this.#news === 'raised') this.#news = 'seen';
      return true;
    }
    return this.#lookAgain();
  }

  /** After a refused write: it may be ours whose reply was lost, somebody may have asked to cancel, or another invocation has taken over. */
  async #lookAgain(isListening = false): Promise<boolean> {
    const stored = await this.#store.load(this.#claim.executionId);
    const record = stored && parseRecord(stored.head, this.#room.collaborators.platform.checksum);
    if (stored === undefined || record?.epoch !== this.#claim.epoch) throw new Superseded(record);
    if (stored.revision === this.#revision && !isListening)
      throw new Error('the store refused a write although its condition held');
    this.#revision = stored.revision;
    if (record.wake === 'raised') this.#news = 'raised';
    if (record.isCancelRequested && !this.#isCancelRequested) {
      this.#isCancelRequested = true;
      this.#room.onCancelRequested();
    }
    const isWritten = record.writeCount === this.#writeCount;
    if (isWritten) this.#recorded = record.continuation;
    return isWritten;
  }

  #describe({ execution, state, handedOffTo, status, outcome, ...marks }: Entry, stateText: string) {
    const { plan, input, collaborators } = this.#room;
    const nowMs = collaborators.clock.now();
    const costUsd = Math.max(execution.costUsd, this.#room.readCostUsd());
    const { stepCount, failedAttemptCount } = execution;
    this.#recording = { stepCount, failedAttemptCount, costUsd };
    const { last: progress } = this.#room.progressReport;
    const trail = progress === undefined ? execution.trail : { ...execution.trail, progress };
    const record: ExecutionRecord = {
      epoch: this.#claim.epoch,
      writeCount: this.#writeCount,
      invocation: handedOffTo === null ? execution.invocation : handedOffTo - 1,
      handedOffTo,
      owner: this.#claim.owner,
      leaseUntilMs:
        marks.isGivenBack === true ? Math.min(nowMs, this.#claim.leaseUntilMs) : this.#claim.leaseUntilMs,
      heardAtMs: nowMs,
      isCancelRequested: this.#isCancelRequested,
      ...(this.#news !== 'none' && { wake: 'seen' }),
      ...this.#claim.origin,
      ...marks,
      outcome,
      stateChecksum: state === undefined ? this.#stateChecksum : collaborators.platform.checksum(stateText),
      receivedInput: this.#claim.receivedInput,
      continuation: describeContinuation(
        plan,
        { ...execution, costUsd, trail },
        input,
        state === undefined ? this.#stateVersion : plan.version,
      ),
    };
    const { executionId, startedAtMs } = this.#claim;
    const expiresAtMs = this.readExpiry();
    const head = writeRecord(record, collaborators.platform.checksum);
    return { executionId, job: plan.name, status, startedAtMs, expiresAtMs, head, state: stateText };
  }

  #giveUp(tries: number, cause: unknown): CheckpointFailedError {
    return new CheckpointFailedError({
      problem: `Job ${this.#room.plan.name} could not store a checkpoint in ${tries} tries, and there is no time for more.`,
      fix: 'Look at the cause: permissions, throttling, or the network. The delivery is retried from the last checkpoint.',
      details: { executionId: this.#claim.executionId, tries },
      cause,
    });
  }
}
