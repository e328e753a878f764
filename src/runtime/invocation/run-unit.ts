import { CheckpointFailedError, InvalidDirectiveError, StepTimeoutError } from '../../errors';
import { Superseded } from '../checkpoint/superseded';
import { apply } from '../core/execution/apply';
import { findCompensated, isCompensating, rememberRun } from '../core/execution/compensation';
import type { Decision } from '../core/execution/decide';
import { decideRetry } from '../core/execution/decide-retry';
import { type Directive, isDirective } from '../core/execution/directives';
import { type Execution, nameUnit } from '../core/execution/execution';
import { checkFuses } from '../core/execution/fuses';
import type { Interruption } from '../core/execution/interruption';
import type { StepPlan } from '../core/execution/job-plan';
import { capPause } from '../core/execution/local-time';
import { misplacedDirectiveError } from '../core/execution/misplaced-directive';
import { defaultRetryPolicy } from '../core/execution/retry-policy';
import { needsStoreError } from '../core/execution/signal-name';
import { describeError } from '../core/record/describe-error';
import { copyJson } from '../core/state/copy-json';
import { Attempt, type Ending, type GeneratorHost } from '../step/attempt';
import { AttemptContext } from '../step/step-context';
import { StepTimer } from '../step/step-timer';
import { isAbortError, isFailureAnyway } from './failure-kinds';
import type { Invocation } from './invocation';
import { prepareChildren } from './prepare-children';
import { readUnitKind, tellLate } from './tell';

/** Runs one unit of work: `@OnStart`, `@Terminate`, a step or `@OnComplete`. */
export function runUnit(invocation: Invocation): Promise<Decision | undefined> {
  return new UnitRun(invocation).run();
}

/** One attempt at one unit of work, and what becomes of the execution. Gives a decision when there is nothing left to ask. */
class UnitRun implements GeneratorHost {
  readonly #invocation: Invocation;
  readonly #method: string;
  readonly #step: StepPlan | undefined;
  readonly #attempt: Attempt;
  readonly #context: AttemptContext;
  readonly #timer: StepTimer | undefined;
  /** Whether `@Terminate` is asked although the safe window has begun. */
  readonly #isAskedLate: boolean;
  /** Where the execution stood when the attempt began. */
  readonly #began: Execution;
  readonly #startedAtMs: number;

  constructor(invocation: Invocation) {
    const { plan, execution } = invocation;
    this.#invocation = invocation;
    this.#began = execution;
    const { emitter, collaborators } = invocation;
    // A look at the clock at every step is felt: where nobody listens, the last decision's will do.
    this.#startedAtMs = emitter.isHeard ? collaborators.clock.now() : invocation.decidedAtMs;
    this.#method = nameUnit(plan, execution);
    this.#step = execution.phase === 'step' ? plan.steps[execution.stepIndex] : undefined;
    this.#attempt = new Attempt((error) => tellLate(invocation, this.#attempt, this.#method, error));
    this.#context = new AttemptContext(
      invocation,
      execution,
      this.#method,
      this.#attempt,
      nameKeyedUnit(execution),
    );
    this.#isAskedLate = execution.phase === 'check' && invocation.remainingMs() <= plan.safeMs;
    const timeoutMs = this.#step?.timeoutMs;
    if (timeoutMs !== undefined)
      this.#timer = new StepTimer(invocation.collaborators.timer, timeoutMs, this.#attempt);
  }

  async run(): Promise<Decision | undefined> {
    const { plan, watchdog, execution, emitter } = this.#invocation;
    if (execution.phase !== 'check') this.#invocation.isIdle = false;
    if (this.#step?.compensate !== undefined) this.#invocation.execution = rememberRun(plan, execution);
    this.#invocation.unit.begin(this.#method, execution.phase !== 'check');
    watchdog.watch(this.#attempt);
    this.#timer?.start();
    const isTold = emitter.isHeard && execution.phase !== 'check';
    const ending = await (isTold ? emitter.runUnit(this.#told, () => this.#attemptIt()) : this.#attemptIt());
    this.#timer?.stop();
    watchdog.watch(undefined);
    return this.#settle(await this.#prepare(ending));
  }

  #attemptIt(): Promise<Ending> {
    const { job } = this.#invocation;
    return this.#attempt.run(() => job.call(this.#method, ...this.#parameters), this);
  }

  /** `@OnSignal` is told what has come. */
  get #parameters(): readonly unknown[] {
    const { execution, facts } = this.#invocation;
    const { interlude } = execution.among ?? {};
    if (!interlude) return [this.#context];
    const told: ReadonlyMap<number, unknown> = interlude.kind === 'signal' ? facts.payloads : facts.children;
    return [told.get(interlude.slot), this.#context];
  }

  /** What it takes to start children is done before the safe point that says so. */
  async #prepare(ending: Ending): Promise<Ending> {
    const { execution } = this.#invocation;
    const value = ending.kind === 'returned' ? ending.value : undefined;
    if (execution.phase !== 'step' || !isDirective(value) || value.kind !== 'start-children') return ending;
    try {
      return { kind: 'returned', value: await prepareChildren(this.#invocation, this.#method, value) };
    } catch (error) {
      return { kind: 'threw', error };
    }
  }

  /** A directive of those that need others needs a store. */
  #checkDirective(directive: Directive): Directive {
    const { collaborators, plan } = this.#invocation;
    if (directive.kind === 'wait-for-signal' && collaborators.store === undefined)
      throw needsStoreError(plan, this.#method, 'waitForSignal');
    return directive;
  }

  /** A `yield` is a safe point. Says whether the generator may go on. The time until then is not the step's. */
  passYield(value: unknown): Promise<boolean> | boolean {
    const isStart = isDirective(value) && value.kind === 'start-children' && value.batch === undefined;
    if (isStart && this.#invocation.execution.phase === 'step')
      return prepareChildren(this.#invocation, this.#method, value).then((ready) => this.passYield(ready));
    const invocation = this.#invocation;
    const { plan, execution, collaborators } = invocation;
    this.#timer?.stop();
    const outcome = isDirective(value)
      ? ({
          kind: 'yielded-directive',
          directive: this.#checkDirective(value),
          nowMs: collaborators.clock.now(),
        } as const)
      : ({ kind: 'yielded' } as const);
    invocation.passSafePoint(apply(plan, execution, outcome));
    this.#context.moveTo(invocation.execution, nameKeyedUnit(execution));
    return invocation.keep()?.then(() => this.#mayGoOn()) ?? this.#mayGoOn();
  }

  #mayGoOn(): Promise<boolean> | boolean {
    const invocation = this.#invocation;
    const nowMs = invocation.collaborators.clock.now();
    if (this.#mustStop(nowMs)) {
      this.#context.moveTo(invocation.execution, 'closing');
      return false;
    }
    return invocation.needsTurn() ? invocation.yieldToEventLoop().then(() => this.#goOn()) : this.#goOn();
  }

  #mustStop(nowMs: number): boolean {
    const invocation = this.#invocation;
    const { plan, execution } = invocation;
    if (this.#attempt.isAborted || execution.isWaiting || invocation.mustHandOver) return true;
    if (invocation.remainingMs() <= plan.safeMs) return true;
    if (execution.phase === 'step' && invocation.journal?.hasNews === true) return true;
    return checkFuses(plan, execution, nowMs, invocation.readCostUsd()) !== undefined;
  }

  #goOn(): boolean {
    this.#timer?.start();
    return true;
  }

  /** Up to the hard edge the clean-up of a stopped generator may take its time. It steers nothing any more. */
  async passClosingYield(value: unknown): Promise<boolean> {
    const invocation = this.#invocation;
    if (isDirective(value))
      tellLate(
        invocation,
        this.#attempt,
        this.#method,
        misplacedDirectiveError(invocation.plan, `A finally block of ${this.#method}`, value),
      );
    await invocation.yieldToEventLoop();
    return invocation.remainingMs() > invocation.plan.reserveMs;
  }

  #settle(ending: Ending): Decision | undefined {
    switch (ending.kind) {
      case 'returned':
        return this.#finish(ending.value);
      case 'threw':
        return this.#wasCutOff(ending.error)
          ? this.#interrupt(false, ending.error)
          : this.#fail(ending.error);
      case 'abandoned':
        return this.#timer?.hasFired === true ? this.#fail(this.#timeoutError()) : this.#interrupt(true);
      case 'stopped':
        return this.#stop();
      case 'broken':
        if (ending.error instanceof Superseded || ending.error instanceof CheckpointFailedError) {
          this.#tellEnd('step.paused');
          throw ending.error;
        }
        return this.#fail(ending.error);
    }
  }

  #finish(value: unknown): Decision | undefined {
    try {
      switch (this.#invocation.execution.phase) {
        case 'check':
          return this.#finishCheck(value);
        case 'complete':
        case 'completing':
          return this.#finishExecution(value);
        default:
          return this.#finishWork(value);
      }
    } catch (error) {
      return this.#fail(error);
    }
  }

  #finishCheck(isDone: unknown): Decision | undefined {
    const { plan, execution } = this.#invocation;
    if (typeof isDone !== 'boolean') {
      throw new InvalidDirectiveError({
        problem: `@Terminate ${this.#method} of job ${plan.name} answered ${describeType(isDone)}, not true or false.`,
        fix: `Let ${this.#method} return a boolean: true ends the execution.`,
        details: { method: this.#method },
      });
    }
    // What is not done yet is asked about again by the next invocation, before its first step.
    if (!isDone && this.#isAskedLate) return { kind: 'hand-off', reason: 'safe-window', delaySeconds: 0 };
    this.#invocation.execution = apply(plan, execution, { kind: 'checked', isDone });
    return this.#beginToComplete();
  }

  #finishExecution(value: unknown): Decision {
    const { execution, plan } = this.#invocation;
    if (isDirective(value)) throw misplacedDirectiveError(plan, this.#method, value);
    const result = value === undefined ? execution.result : copyJson('result', value);
    this.#invocation.execution = { ...execution, result };
    this.#tellEnd('step.finished');
    return { kind: 'complete' };
  }

  /** `@OnComplete` is begun in the same breath, whatever the fuses say by now: the work is done. */
  #beginToComplete(): Decision | undefined {
    const { execution, plan } = this.#invocation;
    const isDone = execution.phase === 'complete' && plan.hooks.onComplete !== undefined;
    return isDone && this.#invocation.remainingMs() > plan.safeMs ? { kind: 'run' } : undefined;
  }

  #finishWork(value: unknown): Decision | undefined {
    const { plan, execution, collaborators } = this.#invocation;
    const directive = isDirective(value) ? withPlainResult(this.#checkDirective(value)) : undefined;
    this.#invocation.passSafePoint(
      apply(plan, execution, { kind: 'finished', directive, nowMs: collaborators.clock.now() }),
    );
    this.#tellEnd('step.finished');
    return this.#beginToComplete();
  }

  /** What a generator did after its last `yield`, in its `finally` blocks, is not part of that safe point. */
  #stop(): undefined {
    this.#tellEnd('step.paused');
    this.#invocation.rollBack();
  }

  /**
   * Whether the step was cut off by the safe window: whatever it throws then, it has not failed, unless the error itself says so. A step
   * that never heard of the safe window cannot have stopped because of it: it has failed, or its attempts would never be counted.
   */
  #wasCutOff(error: unknown): boolean {
    const { isCutOff, isAskedToStop } = this.#attempt;
    return isCutOff && !isFailureAnyway(error) && (isAskedToStop || isAbortError(error));
  }

  #interrupt(isAbandoned: boolean, error?: unknown): Decision {
    const invocation = this.#invocation;
    const cause = error === undefined ? {} : { error: describeError(error) };
    this.#tellCheck();
    const ending = isAbandoned ? 'abandoned' : 'safe-window';
    invocation.emitter.emit('step.interrupted', {
      ...this.#told,
      durationMs: this.#readDurationMs(),
      ending,
      ...cause,
    });
    invocation.isOrphaned = isAbandoned;
    if (!isAbandoned) invocation.rollBack();
    if (this.#isAskedLate) return { kind: 'hand-off', reason: 'safe-window', delaySeconds: 0 };
    // What began late, behind other work, may need no more than the whole invocation that it gets next.
    if (!isAbandoned && invocation.unit.hasPassedSafePoint)
      return { kind: 'hand-off', reason: 'interrupted', delaySeconds: 0 };
    const interruption: Interruption = {
      ending: isAbandoned ? 'hard-edge' : 'safe-window',
      unit: this.#method,
    };
    invocation.execution = apply(invocation.plan, invocation.execution, {
      kind: 'interrupted',
      interruption,
      count: 1,
    });
    return { kind: 'hand-off', reason: 'interrupted', delaySeconds: 0 };
  }

  #fail(error: unknown): Decision | undefined {
    const invocation = this.#invocation;
    const { collaborators, execution, plan } = invocation;
    const { retry = defaultRetryPolicy } = this.#step ?? findCompensated(plan, this.#began) ?? {};
    const checked = decideRetry(retry, execution.attempt, error, () => collaborators.random.next());
    const decision = checked.isRetried
      ? { ...checked, delayMs: capPause(plan, 0, checked.delayMs) }
      : checked;
    const { isRetried: willRetry } = decision;
    if (this.#attempt.isCancelled) this.#tellEnd('step.paused');
    else {
      this.#tellCheck();
      invocation.emitter.emit('step.failed', {
        ...this.#told,
        durationMs: this.#readDurationMs(),
        willRetry,
        delayMs: decision.isRetried ? decision.delayMs : 0,
        error: describeError(error),
      });
    }
    invocation.rollBack();
    if (!decision.isRetried)
      return isCompensating(execution) ? this.#leaveUndone(error) : { kind: 'fail', error };
    const { delayMs, ...rest } = decision;
    invocation.execution = apply(plan, execution, {
      kind: 'failed',
      retryAtMs: collaborators.clock.now() + delayMs,
      ...rest,
    });
    return undefined;
  }

  /** A compensation that has failed for good is recorded, and keeps no other from being done. */
  #leaveUndone(error: unknown): undefined {
    const { plan, execution, checkpoint } = this.#invocation;
    const undone = apply(plan, execution, { kind: 'not-undone', error: describeError(error) });
    this.#invocation.passSafePoint(undone, checkpoint);
  }

  /** What events say of this unit. */
  get #told() {
    const { plan } = this.#invocation;
    const { cycle, attempt } = this.#began;
    return { step: this.#method, kind: readUnitKind(plan, this.#method), cycle, attempt };
  }

  /** `@Terminate` is told of as a unit only when something is wrong with it. */
  #tellCheck(): void {
    if (this.#began.phase === 'check') this.#invocation.emitter.emitUnlogged('step.started', this.#told);
  }

  #readDurationMs(): number {
    return Math.max(0, Math.round(this.#invocation.collaborators.clock.now() - this.#startedAtMs));
  }

  #tellEnd(type: 'step.finished' | 'step.paused'): void {
    const { emitter } = this.#invocation;
    if (emitter.isHeard && this.#began.phase !== 'check')
      emitter.emit(type, { ...this.#told, durationMs: this.#readDurationMs() });
  }

  #timeoutError(): StepTimeoutError {
    const timeoutMs = this.#step?.timeoutMs ?? 0;
    const { attempt } = this.#invocation.execution;
    return new StepTimeoutError({
      problem: `Attempt ${attempt} of step ${this.#method} of job ${this.#invocation.plan.name} ran longer than its timeoutMs (${timeoutMs}).`,
      fix: `Let ${this.#method} stop when ctx.signal aborts, or raise its timeoutMs.`,
      details: { step: this.#method, timeoutMs, attempt },
    });
  }
}

function nameKeyedUnit({ phase }: Execution): 'terminate' | 'undo' | 'work' {
  if (phase === 'compensate') return 'undo';
  return phase === 'check' ? 'terminate' : 'work';
}

function withPlainResult(directive: Directive): Directive {
  return directive.kind === 'complete'
    ? { kind: 'complete', result: copyJson('result', directive.result) }
    : directive;
}

function describeType(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return `a value of type ${typeof value}`;
}
