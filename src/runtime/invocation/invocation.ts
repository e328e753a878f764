import { BatonError, ExecutionFailedError } from '../../errors';
import type { Heartbeats } from '../checkpoint/heartbeats';
import type { HistoryRead } from '../checkpoint/history-keeper';
import { readInput } from '../checkpoint/input-text';
import type { Journal, JournalDeps } from '../checkpoint/journal';
import { Superseded } from '../checkpoint/superseded';
import { priceUsage } from '../core/cost/cost';
import { countPoints } from '../core/execution/apply-among';
import type { ChildItem } from '../core/execution/batch';
import type { RecursionSetting } from '../core/execution/chain';
import { countChildren } from '../core/execution/children';
import { isCompensating } from '../core/execution/compensation';
import type { Situation } from '../core/execution/decide';
import type { Execution } from '../core/execution/execution';
import type { JobPlan } from '../core/execution/job-plan';
import { isSignalName, needsStoreError, signalNameError } from '../core/execution/signal-name';
import { describeError } from '../core/record/describe-error';
import { writeSignalToken } from '../core/record/signal-fact';
import type { StateCopy } from '../core/state/copy-state';
import { loadSender, prepareSender } from '../hand-off/prepare-sender';
import { readRecursion } from '../hand-off/read-recursion';
import type { Emitter } from '../observe/emitter';
import type { InvocationEnding } from '../observe/runtime-event';
import { type Context, type ContinuationSender, type Logger, readMaxDelaySeconds } from '../ports';
import type { Collaborators } from '../ports/collaborators';
import type { Attempt } from '../step/attempt';
import { ContextLogger } from '../step/context-logger';
import { LiveJob } from '../step/live-job';
import { ProgressReport } from '../step/progress-report';
import type { ChildrenCounts, ContextHost, Woken } from '../step/step-context';
import { Heartbeat, readHeartbeatMs } from '../time/heartbeat';
import type { TimeBudget } from '../time/time-budget';
import { Watchdog } from '../time/watchdog';
import type { InputValidator, OpenedExecution } from './opened-execution';

/** The sender is prepared this long before the safe window, in milliseconds, or halfway to it when that is later. */
const warmUpLeadMs = 5_000;

/** The channel's code is loaded once an invocation has run for so long, in milliseconds: those that end sooner need none. */
const loadSenderAfterMs = 2_000;

/** So many captures of an invocation look closely at every object; later ones where something is stored or some time has passed. */
const closeCaptures = 100;

/** Steps that never wait get a turn of the event loop between them this often, in milliseconds. */
const yieldEveryMs = 20;

/** What Lambda gives a function that asks for nothing, in MB: what is reckoned with where there is no Lambda to say it. */
const smallestMemoryMb = 128;

/** How long the answer is waited for, in milliseconds. */
const answerWithinMs = 2_000;
/** In the safe window, for one that has been asked for and is late: no longer than this, in milliseconds, nor than this share of the time left. */
const lateAnswerWithinMs = 500;
const lateAnswerShare = 0.1;

/** The part of the time left in which the store has to take that the execution is given back. */
const giveBackShare = 0.5;

/** Errors of the execution as a whole. */
const boundCodes: ReadonlySet<string> = new Set(['FUSE_BLOWN', 'HAND_OFF_FAILED', 'INVALID_JOB']);

function canTellRecursion({ readRecursion }: ContinuationSender): boolean {
  return readRecursion !== undefined;
}

/** What an invocation is built from. */
export interface InvocationParts {
  readonly plan: JobPlan;
  readonly opened: OpenedExecution;
  readonly context: Context;
  readonly budget: TimeBudget;
  readonly collaborators: Collaborators;
  readonly emitter: Emitter;
  /** Opens the journal of the claimed execution; undefined without a store. */
  readonly openJournal: ((room: JournalDeps) => Journal) | undefined;
  /** Makes a fresh job instance with its dependencies. */
  readonly construct: () => object;
  readonly signs: Heartbeats;
  readonly validate: InputValidator;
  /** Every job of the handler. */
  readonly hosted: readonly JobPlan[];
  /** The delivery, and the one that it acts for. */
  readonly deliveries: readonly string[];
}

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
  /** Where the execution stands. Moved on by `passSafePoint`, and by outcomes that are none. */
  execution: Execution;
  /** The state at the last safe point: what a failed attempt goes back to, and what is handed over. */
  checkpoint: StateCopy = { values: {}, isPlain: true };
  /** Whether this invocation has begun an attempt or waited: if not, its hand-off is an idle one. */
  isIdle = true;
  /** When it was last decided what to do next, in epoch milliseconds. */
  decidedAtMs = 0;
  /** The history that it will be added to, once that is being read. */
  historyRead: HistoryRead | undefined;
  /** Of the continuation that it handed over. */
  handedOverBytes = 0;
  /** The execution as it was brought. */
  readonly opened: OpenedExecution;
  /** What it ended of, once it is known; before that it will be given back. */
  ending: InvocationEnding = 'given-back';
  /** Whether an abandoned attempt still holds the job instance. */
  isOrphaned = false;
  /** The payloads of signals that were read, by their places in the inbox. */
  readonly payloads = new Map<number, unknown>();
  readonly hosted: readonly JobPlan[];
  /** Children that have ended, by their places in the batch: what `@OnChildEnd` is told. */
  readonly children = new Map<number, object>();
  /** The items of the batch of children, once they were needed. */
  items: readonly ChildItem[] | undefined;
  /** Whether the children that run were looked at since there was news. */
  hasReadChildren = false;
  readonly validate: InputValidator;
  /** What the execution has failed of, while what it has done is undone in the same invocation. */
  failure: { readonly thrown: unknown } | undefined;
  #lastYieldMs: number;
  #closeLeft = closeCaptures;
  #isLookedAt = true;
  #unit = '';
  #work = '';
  #job: LiveJob | undefined;
  #heartbeat: Heartbeat | undefined;
  #hasPassedSafePoint = false;
  #isHandingOver = false;
  #keptCount: number;
  #background: AbortController | undefined;
  #prepared: Promise<void> | undefined;
  #asked: Promise<void> | undefined;
  #recursion: RecursionSetting | null;
  readonly #startedMs: number;
  #costBeforeUsd: number;
  readonly #budget: TimeBudget;
  readonly #freshBudgetMs: number;
  readonly #signs: Heartbeats;

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
    this.#startedMs = collaborators.clock.now();
    this.#lastYieldMs = collaborators.clock.elapsedMs();
    this.#freshBudgetMs = budget.remainingMs() - plan.safeMs;
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
      this.#readEdges(),
      () => this.#prepareSender(),
      () => this.#signAlive(),
    );
    this.#signs = signs;
    this.construct = construct;
    this.validate = validate;
    this.hosted = hosted;
    this.journal = openJournal?.(this);
    this.#keptCount = countPoints(opened.execution);
    const { chain, costUsd } = opened.execution;
    this.#costBeforeUsd = costUsd;
    this.#recursion = chain.setting;
  }

  /** The live job. It is made by {@link makeJob}, before anything else of the user's runs. */
  get job(): LiveJob {
    if (this.#job === undefined) throw new Error('the job has not been made');
    return this.#job;
  }

  /** Makes the job, and puts the state that it goes on with into it. Fields that it no longer declares are reported. */
  makeJob(values: Record<string, unknown> | undefined): void {
    this.#job = new LiveJob(this.plan, this.construct);
    if (values === undefined) return;
    this.#job.restore(values);
    const declared = new Set(this.plan.state.map(({ field }) => field));
    const unknownFields = Object.keys(values).filter((field) => !declared.has(field));
    if (unknownFields.length > 0)
      this.logger.warn('fields of an older state are no longer declared', { unknownFields });
  }

  /** Keeps what observers want every later invocation to be given. */
  keepCarried(): void {
    const carried = this.emitter.carry();
    if (carried === undefined) return;
    this.execution = { ...this.execution, trail: { ...this.execution.trail, carried } };
  }

  /** Whether the owner before this invocation died, and the first safe point since then was reached: it is handed over. */
  get mustHandOver(): boolean {
    return this.#hasPassedSafePoint && this.execution.line.recovery === 2;
  }

  /** The method that an error ended, for a decision to fail: a blown fuse, or a cycle with nothing to run, is nobody's. */
  failedUnit(error: unknown): string | undefined {
    return BatonError.is(error) && boundCodes.has(error.code) ? undefined : this.#unit;
  }

  /** Whether something was done and is behind it: what follows did not have this invocation to itself. */
  get hasPassedSafePoint(): boolean {
    return this.#hasPassedSafePoint;
  }

  /** The work that is running, or ran last; before the first, the method that was asked whether there is any. */
  get unit(): string {
    return this.#work || this.#unit;
  }

  /** What AWS does with a chain of self-invocations; null while nobody has been asked, `unknown` when the answer did not come in time. */
  get recursion(): RecursionSetting | null {
    return this.#recursion ?? (this.#asked === undefined ? null : 'unknown');
  }

  /**
   * Waits a little for the answer, before a hand-off: it is asked for once an execution. A continuation that is held back anyway has the
   * time to ask first.
   */
  async learnRecursion(isHeldBack: boolean): Promise<void> {
    const hasTime = isHeldBack && this.remainingMs() > this.safeMs;
    if (hasTime) this.#askRecursion();
    if (this.#asked === undefined || this.#recursion !== null) return;
    const withinMs = hasTime
      ? answerWithinMs
      : Math.floor(Math.min(lateAnswerWithinMs, this.remainingMs() * lateAnswerShare));
    let cancel = () => {};
    const limit = new Promise<void>((resolve) => {
      cancel = this.collaborators.timer.once(Math.max(0, withinMs), resolve);
    });
    await Promise.race([this.#asked, limit]);
    cancel();
  }

  /** Whether it was this invocation that found it out. */
  get isRecursionNews(): boolean {
    return this.execution.chain.setting === null && this.recursion !== null;
  }

  /** What others have cost that counts for this execution, in US dollars. */
  addCost(usd: number): void {
    this.#costBeforeUsd += usd;
  }

  /** How its children have ended so far. */
  readChildren({ among }: Execution): ChildrenCounts | undefined {
    const batch = among?.children;
    return batch && { ...countChildren(batch), running: batch.running.length };
  }

  /** What the execution has cost so far, this invocation included, in US dollars at list price. */
  readCostUsd(): number {
    const { clock, platform, prices } = this.collaborators;
    const usedUsd = priceUsage(prices, {
      durationMs: clock.now() - this.#startedMs,
      memoryMb: Number(this.context.memoryLimitInMB) || smallestMemoryMb,
      architecture: platform.architecture,
      readUnitCount: this.journal?.readUnitCount ?? 0,
      writeUnitCount: this.journal?.writeUnitCount ?? 0,
    });
    return Math.ceil((this.#costBeforeUsd + usedUsd) * 1e9) / 1e9;
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
    if (senders[0]?.load !== undefined && this.remainingMs() > this.safeMs + loadSenderAfterMs)
      this.watchdog.alsoOnce(loadSenderAfterMs, timer, () => void loadSender(senders));
    this.#startHeartbeat();
    if (this.execution.chain.length > 0) this.#askRecursion();
  }

  /** Leaves nothing alive. */
  async close(): Promise<void> {
    this.watchdog.stop();
    this.#background?.abort();
    await Promise.all([this.#prepared, this.#asked, this.journal?.close(), this.#heartbeat?.settle()]);
  }

  /**
   * Says in the store that this invocation ends without having gone on, when it does: an execution that has failed is recorded as such, and
   * one that was handed over is in other hands.
   */
  async giveBack(reason: unknown): Promise<void> {
    if (this.journal === undefined || reason instanceof ExecutionFailedError) return;
    const waitMs = Math.max(1, Math.floor(this.remainingMs() * giveBackShare));
    let cancel = () => {};
    const limit = new Promise<never>((_resolve, reject) => {
      cancel = this.collaborators.timer.once(waitMs, () =>
        reject(new Error('the store did not answer in time')),
      );
    });
    try {
      await Promise.race([this.journal.giveBack(), limit]);
    } catch (error) {
      if (error instanceof Superseded) return;
      this.logger.warn('execution could not be given back; its next delivery has to wait', {
        error: describeError(error),
      });
    } finally {
      cancel();
    }
  }

  /** Says that nothing but the hand-over is left to do: a death from now on is not one of the next unit of work. */
  async beginHandOver(): Promise<void> {
    this.#isHandingOver = true;
    const { onHandoff } = this.plan.hooks;
    if (onHandoff === undefined) return;
    this.#unit = onHandoff;
    this.#signs.give(onHandoff, 'hand-off');
    if (!this.mustHandOver) await this.journal?.confirm(this.execution, this.checkpoint, true);
  }

  /** It was to sleep, or to hand over, and there was a reason not to. */
  stayAwake(): void {
    this.#isHandingOver = false;
  }

  /** Why the step runs that follows a pause, until its safe point. */
  readWoken({ phase, among }: Execution): Woken | undefined {
    if (phase !== 'step' || !among?.woken) return undefined;
    const { woken } = among;
    return woken.by === 'signal'
      ? { by: 'signal', name: woken.name, payload: this.payloads.get(woken.slot) }
      : woken;
  }

  /** The token of a signal that somebody else sends. */
  writeToken(name: string, key: string): string {
    const { store, platform, seal } = this.collaborators;
    const { executionId } = this.execution;
    const isNamed = isSignalName(name);
    if (isNamed && store !== undefined)
      return writeSignalToken(executionId, name, platform.digest(`${key} ${name}`).slice(0, 32), (text) =>
        seal.seal(text),
      );
    throw isNamed
      ? needsStoreError(this.plan, this.#unit, 'ctx.signalToken')
      : signalNameError(this.plan, this.#unit);
  }

  /** The facts for the next decision. */
  readSituation(): Situation {
    const { collaborators, maxDelaySeconds } = this;
    const [nowMs, remainingMs, costUsd] = [collaborators.clock.now(), this.remainingMs(), this.readCostUsd()];
    this.decidedAtMs = nowMs;
    return { nowMs, remainingMs, maxDelaySeconds, freshBudgetMs: this.#freshBudgetMs, costUsd };
  }

  /**
   * Moves on to the given position, with the state as it is now.
   *
   * @throws UnserializableStateError when the state cannot be stored; the last safe point stands then.
   */
  passSafePoint(execution: Execution, state?: StateCopy): void {
    this.#isLookedAt = this.journal !== undefined || this.#closeLeft > 0;
    this.checkpoint = state ?? this.job.capture(this.#isLookedAt);
    this.#closeLeft -= 1;
    const isFirst = !this.#hasPassedSafePoint && countPoints(execution) > countPoints(this.execution);
    this.execution = execution;
    if (!isFirst) return;
    this.#hasPassedSafePoint = true;
    if (this.journal === undefined) this.#signs.give(this.#unit, 'later');
  }

  /**
   * Looks at the state for what quick captures pass over, before it is sent.
   *
   * @throws UnserializableStateError when it cannot be sent.
   */
  lookClosely(): void {
    if (!this.#isLookedAt && !this.isOrphaned) this.job.capture();
  }

  /**
   * Stores the last safe point, as the durability policy says. A promise when the next step must wait for it.
   *
   * @throws Superseded when another invocation has claimed the execution.
   */
  keep(): Promise<unknown> | undefined {
    const count = countPoints(this.execution);
    if (this.journal === undefined || count === this.#keptCount) return undefined;
    this.#keptCount = count;
    return this.journal.keep(this.execution, this.checkpoint, this.mustHandOver);
  }

  /** Says which method is about to run. Written down at once when a try before this one died, so that the next one knows where. */
  beginUnit(unit: string): void {
    this.#unit = unit;
    if (this.execution.phase !== 'check') this.#work = unit;
    if (this.#signs.lost !== undefined) this.#signAlive();
  }

  #signAlive(): void {
    const place = this.#isHandingOver ? 'hand-off' : 'start';
    this.#signs.give(this.#unit, this.#hasPassedSafePoint && !this.#isHandingOver ? 'later' : place);
  }

  /** A unit of work that runs for long writes nothing to the store: its owner says in other words that it is alive. */
  #startHeartbeat(): void {
    const { journal, collaborators, execution } = this;
    const { store, timer, clock } = collaborators;
    if (journal === undefined || store === undefined) return;
    const { executionId } = execution;
    const heartbeat = new Heartbeat({
      ...collaborators,
      store,
      logger: this.logger,
      executionId,
      epoch: journal.epoch,
    });
    this.#heartbeat = heartbeat;
    const everyMs = readHeartbeatMs(collaborators.retryAfterMs);
    this.watchdog.alsoEvery(everyMs, timer, () => {
      if (clock.now() - journal.lastSavedMs >= everyMs) heartbeat.beat(this.progressReport.last);
    });
  }

  /** Asks the running attempt to stop, because somebody has asked for the execution to end. */
  onCancelRequested(): void {
    if (!isCompensating(this.execution)) this.watchdog.cancel();
  }

  /** Goes back to the state of the last safe point, in a fresh instance: an attempt that did not return may still hold the old one. */
  rollBack(): void {
    this.job.leave(this.checkpoint.values);
  }

  /** Whether steps have held the event loop for so long that timers and sockets need a turn. */
  isBreathless(): boolean {
    return this.collaborators.clock.elapsedMs() - this.#lastYieldMs >= yieldEveryMs;
  }

  /** Lets the event loop turn once. */
  async yieldToEventLoop(): Promise<void> {
    await this.collaborators.platform.yieldToEventLoop();
    this.#closeLeft = Math.max(this.#closeLeft, 1);
    this.#lastYieldMs = this.collaborators.clock.elapsedMs();
  }

  /** Reports what an abandoned attempt, or the end of a stopped generator, brought to light. */
  reportLate(attempt: Attempt, step: string, error: unknown): void {
    const fields = { step, ...(error === undefined ? {} : { error: describeError(error) }) };
    const message = attempt.isAbandoned
      ? 'late result of an abandoned step discarded'
      : 'step failed while it was being stopped';
    this.logger.warn(message, fields);
  }

  /** Loads and connects the channel while the last checkpoint is stored, where one is, and unless the continuation is held back. */
  prepareHandOff(delaySeconds: number): void {
    const isWorthIt = this.journal !== undefined && delaySeconds === 0;
    if (isWorthIt && this.#prepared === undefined) this.#prepareSender();
  }

  #prepareSender(): void {
    this.#background ??= new AbortController();
    this.#prepared = prepareSender(
      this.collaborators.senders,
      this.context,
      this.logger,
      this.#background.signal,
    );
    this.#askRecursion();
  }

  /**
   * Asks once per execution, as soon as there is to be a second invocation, and in the background.
   */
  #askRecursion(): void {
    if (this.#asked !== undefined || this.execution.chain.setting !== null) return;
    const sender = this.collaborators.senders.find(canTellRecursion);
    if (sender === undefined) return;
    this.#background ??= new AbortController();
    this.#asked = readRecursion(sender, this.context, this.logger, this.#background.signal).then(
      (setting) => {
        this.#recursion = setting;
      },
    );
  }

  #readEdges() {
    const { intervalMs, safeMs, reserveMs } = this.plan;
    const budgetMs = Math.max(0, this.remainingMs() - safeMs);
    return {
      intervalMs,
      safeMs,
      reserveMs,
      warmUpMs: safeMs + Math.min(Math.max(warmUpLeadMs, 2 * intervalMs), budgetMs / 2),
    };
  }
}
