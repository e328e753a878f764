import type { HistoryRead } from '../checkpoint/history-keeper';
import type { Journal } from '../checkpoint/journal';
import type { JournalDeps } from '../checkpoint/journal-entry';
import { readInput } from '../checkpoint/state-text';
import { countPoints } from '../core/execution/apply-among';
import { isCompensating } from '../core/execution/compensation';
import type { Situation } from '../core/execution/decide';
import type { Execution } from '../core/execution/execution';
import type { JobPlan } from '../core/execution/job-plan';
import type { StateCopy } from '../core/state/copy-state';
import { readLoadMs, SenderPreparation } from '../hand-off/sender-preparation';
import type { Emitter } from '../observe/emitter';
import type { InvocationEnding } from '../observe/runtime-event';
import { type Context, type Logger, readMaxDelaySeconds } from '../ports';
import type { Collaborators } from '../ports/collaborators';
import { LiveJob } from '../step/live-job';
import type { ContextHost } from '../step/step-context';
import { ContextLogger, ProgressReport } from '../step/step-output';
import { Heartbeat, readHeartbeatMs } from '../time/heartbeat';
import type { TimeBudget, TimeLook } from '../time/time-budget';
import { readEdges, Watchdog } from '../time/watchdog';
import { CostMeter, CurrentUnit, Facts } from './facts';
import type { InputValidator, InvocationParts, OpenedExecution } from './opened-execution';

/** Steps that never wait get a turn of the event loop between them this often, in milliseconds. */
const yieldEveryMs = 20;

/** One Lambda call's share of an execution: the live job, its last safe point, and what watches it. */
export class Invocation implements ContextHost, JournalDeps {
  readonly plan: JobPlan;
  readonly context: Context;
  readonly collaborators: Collaborators;
  readonly construct: () => object;
  /** As records and continuations hold it. */
  readonly input: unknown;
  readonly logger: Logger;
  readonly emitter: Emitter;
  readonly progressReport: ProgressReport;
  readonly watchdog: Watchdog;
  readonly journal: Journal | undefined;
  readonly maxDelaySeconds: number;
  /** Which method runs, and what is told of it. */
  readonly unit: CurrentUnit;
  readonly costs: CostMeter;
  /** What was read of others. */
  readonly facts: Facts;
  /** Gets the channels ready. */
  readonly preparation: SenderPreparation;
  /** Where the execution stands. Moved on by `passSafePoint`, and by outcomes that are none. */
  execution: Execution;
  /** The state at the last safe point: what a failed attempt goes back to, and what is handed over. */
  checkpoint: StateCopy = { values: {}, isPlain: true };
  /** Whether this invocation has begun an attempt or waited: if not, its hand-off is an idle one. */
  isIdle = true;
  /** What the clocks said at the last {@link look}. */
  lastLook: TimeLook;
  /** The history that it will be added to, once that is being read. */
  historyRead: HistoryRead | undefined;
  /** Of the continuation that it handed over. */
  handedOverBytes = 0;
  /** The execution as it was brought. */
  readonly opened: OpenedExecution;
  /** Tells how the execution ended, when it has: with the end of the invocation, since whoever dies before comes again. */
  tellEnd: (() => void) | undefined;
  /** What it ended of, once it is known; before that it will be given back. */
  ending: InvocationEnding = 'given-back';
  /** Whether an abandoned attempt still holds the job instance. */
  isOrphaned = false;
  readonly hosted: readonly JobPlan[];
  readonly validate: InputValidator;
  /** What the execution has failed of, while what it has done is undone in the same invocation. */
  failure: { readonly thrown: unknown } | undefined;
  #lastYieldMs: number;
  #job: LiveJob | undefined;
  #heartbeat: Heartbeat | undefined;
  #keptCount: number;
  readonly #budget: TimeBudget;
  readonly #freshBudgetMs: number;

  constructor({
    plan,
    opened,
    context,
    budget,
    collaborators,
    emitter,
    openJournal,
    construct,
    signs,
    validate,
    hosted,
  }: InvocationParts) {
    this.plan = plan;
    this.context = context;
    this.collaborators = collaborators;
    this.execution = opened.execution;
    this.opened = opened;
    this.input = opened.input;
    this.#budget = budget;
    this.costs = new CostMeter(collaborators, context, opened.execution.costUsd);
    this.lastLook = budget.look();
    this.#lastYieldMs = this.lastLook.elapsedMs;
    this.#freshBudgetMs = this.lastLook.remainingMs - plan.safeMs;
    const { executionId, invocation } = opened.execution;
    this.emitter = emitter.about({ executionId, invocation });
    this.logger = new ContextLogger(collaborators.logger, { executionId, invocation, job: plan.name });
    this.progressReport = new ProgressReport(
      this.emitter,
      collaborators.clock,
      plan.intervalMs,
      opened.execution.trail.progress,
    );
    this.maxDelaySeconds = Math.max(0, ...collaborators.senders.map(readMaxDelaySeconds));
    this.watchdog = new Watchdog(
      budget,
      readEdges(plan, budget),
      () => this.preparation.begin(),
      () => this.unit.sign(),
    );
    this.unit = new CurrentUnit(signs);
    this.facts = new Facts(this);
    const { logger } = this;
    const { safeMs } = plan;
    const { setting } = opened.execution.chain;
    const deps = { collaborators, context, logger, budget, safeMs, setting };
    this.preparation = new SenderPreparation(deps, this.lastLook);
    this.construct = construct;
    this.validate = validate;
    this.hosted = hosted;
    this.journal = openJournal?.(this);
    this.#keptCount = countPoints(opened.execution);
  }

  /** The live job. It is made by {@link makeJob}, before anything else of the user's runs. */
  get job(): LiveJob {
    if (this.#job === undefined) throw new Error('the job has not been made');
    return this.#job;
  }

  /** The state to store; undefined, to leave what is stored as it is, before the job is made. */
  get kept(): StateCopy | undefined {
    return this.#job && this.checkpoint;
  }

  /** Makes the job, and puts the state that it goes on with into it. Fields that it no longer declares are reported. */
  makeJob(values: Record<string, unknown> | undefined): void {
    const job = new LiveJob(this.plan, this.construct);
    this.#job = job;
    if (values === undefined) return;
    job.restore(values);
    const unknownFields = job.findUnknown(values);
    if (unknownFields.length > 0)
      this.logger.warn('fields of an older state are no longer declared', { unknownFields });
  }

  /** Whether the owner before this invocation died, and the first safe point since then was reached: it is handed over. */
  get mustHandOver(): boolean {
    return this.unit.hasPassedSafePoint && this.execution.line.recovery === 2;
  }

  /** What the execution has cost so far, this invocation included, in US dollars at list price. */
  readCostUsd(): number {
    return this.costs.readUsd(this.journal);
  }

  /** The same for `limits.maxCostUsd`; undefined when the job has no such limit. */
  readFusedCostUsd(): number | undefined {
    return this.plan.limits.maxCostUsd === undefined ? undefined : this.readCostUsd();
  }

  get safeMs(): number {
    return this.plan.safeMs;
  }

  remainingMs(): number {
    return this.#budget.remainingMs();
  }

  readInput(): unknown {
    return readInput(this.input);
  }

  progress(step: string, done: number, total?: number, note?: string): void {
    this.progressReport.report(step, done, total, note);
  }

  /** Begins to watch the time, and what AWS makes of the chain that this invocation is in. */
  open(): void {
    const { timer, senders } = this.collaborators;
    this.watchdog.start(timer);
    if (senders.some(({ load }) => load !== undefined))
      this.watchdog.alsoOnce(readLoadMs(this.remainingMs() - this.safeMs), timer, () => {
        // Late where a step has held the event loop: what the hand-off needs it loads then.
        if (this.remainingMs() > this.safeMs) void this.preparation.load();
      });
    if (this.journal !== undefined) this.#startHeartbeat(this.journal);
    if (this.execution.chain.length > 0) this.preparation.ask();
  }

  /** Leaves nothing alive. */
  async close(): Promise<void> {
    this.watchdog.stop();
    await Promise.all([this.preparation.close(), this.journal?.close(), this.#heartbeat?.settle()]);
  }

  /** Says that nothing but the hand-over is left to do: a death from now on is not one of the next unit of work. */
  async beginHandOver(): Promise<void> {
    this.unit.beginHandOver();
    const { onHandoff } = this.plan.hooks;
    if (onHandoff === undefined) return;
    this.unit.beginHandOffHook(onHandoff);
    if (!this.mustHandOver) await this.journal?.confirm(this.execution, this.checkpoint, true);
  }

  /** Looks at every clock, once for all that is decided now. */
  look(): TimeLook {
    this.lastLook = this.#budget.look();
    return this.lastLook;
  }

  /** The facts for the next decision. */
  readSituation(): Situation {
    const { nowMs, remainingMs } = this.look();
    const { maxDelaySeconds } = this;
    const freshBudgetMs = this.#freshBudgetMs;
    return { nowMs, remainingMs, maxDelaySeconds, freshBudgetMs, costUsd: this.readFusedCostUsd() };
  }

  /**
   * Moves on to the given position, with the state as it is now.
   *
   * @throws UnserializableStateError when the state cannot be stored; the last safe point stands then.
   */
  passSafePoint(execution: Execution, state?: StateCopy): void {
    this.checkpoint = state ?? this.job.captureOften(this.journal !== undefined);
    const isFirst = !this.unit.hasPassedSafePoint && countPoints(execution) > countPoints(this.execution);
    this.execution = execution;
    if (isFirst) this.unit.passSafePoint(this.journal !== undefined);
  }

  /** Looks at the state for what quick captures pass over, before it is sent. @throws UnserializableStateError when it cannot be */
  lookClosely(): void {
    if (!this.isOrphaned) this.job.lookClosely();
  }

  /** Stores the last safe point, as the durability policy says. A promise when the next step must wait for it. @throws Superseded */
  keep(): Promise<unknown> | undefined {
    const count = countPoints(this.execution);
    if (this.journal === undefined || count === this.#keptCount) return undefined;
    this.#keptCount = count;
    return this.journal.keep(this.execution, this.checkpoint, this.mustHandOver);
  }

  /** A unit of work that runs for long writes nothing to the store: its owner says in other words that it is alive. */
  #startHeartbeat(journal: Journal): void {
    const { collaborators, logger, execution, progressReport, watchdog } = this;
    const { store, timer, clock, retryAfterMs } = collaborators;
    if (store === undefined) return;
    const { executionId } = execution;
    const heartbeat = new Heartbeat({ ...collaborators, store, logger, executionId, epoch: journal.epoch });
    const everyMs = readHeartbeatMs(retryAfterMs);
    watchdog.alsoEvery(everyMs, timer, () => {
      if (clock.now() - journal.lastSavedMs >= everyMs) heartbeat.beat(progressReport.last);
    });
    this.#heartbeat = heartbeat;
  }

  /** Asks the running attempt to stop, because somebody has asked for the execution to end. */
  onCancelRequested(): void {
    if (!isCompensating(this.execution)) this.watchdog.cancel();
  }

  /** Goes back to the state of the last safe point, in a fresh instance: an attempt that did not return may still hold the old one. */
  rollBack(): void {
    this.job.leave(this.checkpoint.values);
  }

  /** Whether steps had held the event loop for so long, at the last look, that timers and sockets need a turn. */
  needsTurn(): boolean {
    return this.lastLook.elapsedMs - this.#lastYieldMs >= yieldEveryMs;
  }

  /** Lets the event loop turn once. */
  async yieldToEventLoop(): Promise<void> {
    await this.collaborators.platform.yieldToEventLoop();
    this.job.lookCloselyNext();
    this.#lastYieldMs = this.collaborators.clock.elapsedMs();
  }
}
