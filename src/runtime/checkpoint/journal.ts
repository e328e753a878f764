import type { Execution } from '../core/execution/execution';
import type { Durability } from '../core/execution/job-plan';
import { maxTimerMs } from '../core/execution/local-time';
import type { ExecutionOutcome, Parent } from '../core/record/execution-record';
import type { StateCopy } from '../core/state/copy-state';
import type { CheckpointStore } from '../ports';
import type { Claim, Entry, JournalDeps, Recorded } from './journal-entry';
import { RecordWriter } from './record-writer';

/**
 * Writes an execution's checkpoints to its store, each on the condition that nobody else has claimed the execution.
 * One write is in flight at most.
 */
export class Journal {
  #inFlight: Promise<void> | undefined;
  /** The newest safe point that is not stored yet, with `{ everyMs }`. */
  #pending: Entry | undefined;
  #cancelAlarm: (() => void) | undefined;
  #failure: unknown;
  readonly #claim: Claim;
  readonly #room: JournalDeps;
  readonly #writer: RecordWriter;
  readonly #durability: Durability;

  constructor(store: CheckpointStore, claim: Claim, room: JournalDeps) {
    this.#claim = claim;
    this.#room = room;
    this.#writer = new RecordWriter(store, claim, room);
    // After a death nothing that was reached may have to be reached twice: the next one may happen anywhere.
    this.#durability = room.execution.line.recovery > 0 ? 'step' : (room.plan.durability ?? 'step');
  }

  /** When the record was last written, in epoch milliseconds. */
  get lastSavedMs(): number {
    return this.#writer.lastSavedMs;
  }

  /** What the claim has read, as DynamoDB would charge it. */
  get readUnitCount(): number {
    return this.#writer.readUnitCount;
  }

  /** What was written, as DynamoDB would charge it. */
  get writeUnitCount(): number {
    return this.#writer.writeUnitCount;
  }

  /** What the record says that the execution has done and cost, as far as it is known that it was written. */
  get recorded(): Recorded {
    return this.#writer.recorded;
  }

  /** When the record may be deleted if it is not written again, in epoch milliseconds. */
  readExpiry(): number {
    return this.#writer.readExpiry();
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
    return this.#writer.isCancelRequested;
  }

  /** Whether others have written facts that have not been read, as far as the last write could see. */
  get hasNews(): boolean {
    return this.#writer.hasNews;
  }

  /**
   * Reads the facts that others have written. The flag is lowered before: whoever writes a fact after it was read raises it again.
   */
  async readNews(execution: Execution, state: Entry['state'], read: () => Promise<void>): Promise<void> {
    await this.#settle();
    if (this.#writer.isFlagRaised) await this.confirm(execution, state);
    await this.#writer.readFacts(read);
  }

  /** Says that the job is stopped: the execution ends at its next safe point. */
  noteStopped(): void {
    this.#writer.noteStopped();
  }

  /** Looks whether others have written facts, or have asked for the execution to end, without a write. */
  async listen(): Promise<void> {
    await this.#settle();
    await this.#writer.listen();
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
    if (this.#durability === 'step') return this.#writer.write(entry);
    this.#pending = entry;
    this.#writeWhenDue(this.#durability.everyMs);
    return undefined;
  }

  /** Stores what is told of the execution; the state stays as it is stored. */
  async note(execution: Execution): Promise<void> {
    await this.#settle();
    await this.#writer.write({
      execution,
      state: undefined,
      handedOffTo: null,
      status: 'running',
      outcome: null,
    });
  }

  /** Stores that the next invocation may claim the execution. Before the continuation is sent. */
  async handOff(next: Execution, state: StateCopy, isDelayed: boolean): Promise<void> {
    await this.#settle();
    await this.#writer.write({
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
  async fallAsleep(next: Execution, state: Entry['state'], isEnding = false): Promise<boolean> {
    await this.#settle();
    const handedOffTo = next.invocation;
    return this.#writer.write(
      { execution: next, state, handedOffTo, status: 'waiting', outcome: null },
      isEnding ? 'ending' : 'waiting',
    );
  }

  /** Stores that the execution was to be handed over, but that no continuation is on its way. */
  async park(next: Execution, state: Entry['state']): Promise<void> {
    await this.#settle();
    await this.#writer.write({
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
  async confirm(execution: Execution, state: Entry['state'], isHandingOver?: true): Promise<void> {
    await this.#settle();
    await this.#writer.write({
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
    await this.#writer.giveBack();
  }

  /** Stores how the execution ended; the state stays as it is stored when none is given. */
  async finish(execution: Execution, state: StateCopy | undefined, outcome: ExecutionOutcome): Promise<void> {
    await this.#settle();
    await this.#writer.write({ execution, state, handedOffTo: null, status: outcome.status, outcome });
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
    const restMs = Math.ceil(this.#writer.lastSavedMs + everyMs - clock.now());
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
      await this.#writer.write(entry);
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
}
