import { BatonError, CheckpointFailedError } from '../../errors';
import { countReadUnits, countWriteUnits } from '../core/cost/cost';
import type { Execution } from '../core/execution/execution';
import { describeContinuation } from '../core/message/continuation';
import { describeError } from '../core/record/describe-error';
import { type ExecutionRecord, parseRecord, writeRecord } from '../core/record/execution-record';
import type { CheckpointStore } from '../ports';
import { BackOff } from '../time/back-off';
import {
  type Claim,
  type Entry,
  type JournalDeps,
  type Recorded,
  retentionMs,
  Superseded,
} from './journal-entry';
import { encodeState, markStateText, packStoredFrom } from './state-text';

/** A longer state is in a place of its own, and not written again while it stays as it is. */
const maxItem = 400_000;

/** Writes the record of an execution, each time on the condition that nobody else has claimed it. */
export class RecordWriter {
  #revision: string;
  #writeCount = 0;
  /** The number of the last write that is known to have taken effect. */
  #storedCount = 0;
  #stateText: string;
  #stateChecksum: string;
  #stateVersion: number;
  #isCancelRequested: boolean;
  /** The wake flag: `raised` in the store, lowered there (`seen`), its facts being read (`reading`), or of no matter. */
  #news: 'none' | 'raised' | 'reading' | 'seen';
  #lastSavedMs: number;
  /** Where the execution stood when it was claimed: what the record says before the first write. */
  readonly #claimed: Execution;
  /** What the record says; undefined before the first write. */
  #written: Entry | undefined;
  #recorded: Recorded;
  /** What the write under way will have recorded. */
  #recording: Recorded;
  #writeUnitCount: number;
  /** What the claim has read, as DynamoDB would charge it: the record, and whether the job is stopped. */
  readonly readUnitCount: number;
  readonly #claim: Claim;
  readonly #store: CheckpointStore;
  readonly #room: JournalDeps;

  constructor(store: CheckpointStore, claim: Claim, room: JournalDeps) {
    this.#store = store;
    this.#claim = claim;
    this.#room = room;
    this.#revision = claim.revision;
    this.#stateText = claim.stateText;
    this.#stateChecksum = claim.stateChecksum;
    this.#stateVersion = claim.stateVersion;
    this.#isCancelRequested = claim.isCancelRequested;
    this.#news = claim.hasNews ? 'seen' : 'none';
    this.#claimed = room.execution;
    this.#recorded = room.execution;
    this.#recording = room.execution;
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

  /** Whether somebody has asked for the execution to end, as far as the last write could see. */
  get isCancelRequested(): boolean {
    return this.#isCancelRequested;
  }

  /** Whether others have written facts that have not been read, as far as the last write could see. */
  get hasNews(): boolean {
    return this.#news === 'raised' || this.#news === 'seen';
  }

  /** Whether the flag is raised in the store, so that it has to be lowered before the facts are read. */
  get isFlagRaised(): boolean {
    return this.#news === 'raised';
  }

  /**
   * Reads facts whose flag is down. Only a write that comes after, and keeps what they said, takes the mark away that they have to be
   * read.
   */
  async readFacts(read: () => Promise<void>): Promise<void> {
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
    await this.#lookAgain(true);
  }

  /** Stores that the execution is given back as it was last written, unless it has ended or is parked. One try. */
  async giveBack(): Promise<void> {
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

  /**
   * Writes until it is known that it was written, or until there is no time left.
   *
   * @param sleep - it is given up when there is news; `ending`: but not for a request to end
   * @returns whether it was written
   * @throws Superseded when another invocation has claimed the execution.
   * @throws CheckpointFailedError when the store did not take it in time.
   */
  async write(entry: Entry, sleep?: 'ending' | 'waiting'): Promise<boolean> {
    const { collaborators, emitter } = this.#room;
    const { state } = entry;
    const stateText =
      state === undefined
        ? this.#stateText
        : markStateText(encodeState(collaborators, state, packStoredFrom));
    if (sleep !== undefined && this.#isWoken(sleep)) return false;
    this.#writeCount += 1;
    const { clock, platform } = collaborators;
    const startedMs = emitter.isHeard ? clock.elapsedMs() : 0;
    if (!(await this.#saveUntilKnown(entry, stateText, sleep))) {
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

  #isWoken(sleep: 'ending' | 'waiting'): boolean {
    return this.#news !== 'none' || (this.#isCancelRequested && sleep !== 'ending');
  }

  async #saveUntilKnown(entry: Entry, stateText: string, sleep?: 'ending' | 'waiting'): Promise<boolean> {
    const { collaborators, logger } = this.#room;
    const backOff = new BackOff({ timer: collaborators.timer, remainingMs: () => this.#room.remainingMs() });
    for (;;) {
      try {
        if (await this.#saveOnce(entry, stateText)) return true;
        if (sleep !== undefined && this.#isWoken(sleep)) return false;
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
