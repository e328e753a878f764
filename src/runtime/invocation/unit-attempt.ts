import { apply } from '../core/execution/apply';
import { rememberRun } from '../core/execution/compensation';
import {
  type Directive,
  isDirective,
  misplacedDirectiveError,
  needsStoreError,
} from '../core/execution/directives';
import { type Execution, nameUnit } from '../core/execution/execution';
import { checkFuses } from '../core/execution/fuses';
import type { StepPlan } from '../core/execution/job-plan';
import type { Timer } from '../ports';
import { Attempt, type AttemptHost, type Ending } from '../step/attempt';
import { AttemptContext } from '../step/step-context';
import type { TimeLook } from '../time/time-budget';
import type { Invocation } from './invocation';
import { prepareChildren } from './prepare-children';
import { readUnitKind, tellLate } from './tell';

type StartChildrenDirective = Extract<Directive, { kind: 'start-children' }>;

/** One attempt at one unit of work: what is called, with which context and time, and what is told of it. */
export class UnitAttempt implements AttemptHost {
  readonly invocation: Invocation;
  readonly method: string;
  readonly step: StepPlan | undefined;
  readonly attempt: Attempt;
  readonly #context: AttemptContext;
  readonly timer: StepTimer | undefined;
  /** Whether `@Terminate` is asked although the safe window has begun. */
  readonly isAskedLate: boolean;
  /** Where the execution stood when the attempt began. */
  readonly began: Execution;
  readonly #startedAtMs: number;

  constructor(invocation: Invocation) {
    const { plan, execution } = invocation;
    this.invocation = invocation;
    this.began = execution;
    const { emitter, collaborators } = invocation;
    // A look at the clock at every step is felt: where nobody listens, the last decision's will do.
    this.#startedAtMs = emitter.isHeard ? collaborators.clock.now() : invocation.lastLook.nowMs;
    this.method = nameUnit(plan, execution);
    this.step = execution.phase === 'step' ? plan.steps[execution.stepIndex] : undefined;
    this.attempt = new Attempt();
    this.#context = new AttemptContext(
      invocation,
      execution,
      this.method,
      this.attempt,
      nameKeyedUnit(execution),
    );
    this.isAskedLate = execution.phase === 'check' && invocation.lastLook.remainingMs <= plan.safeMs;
    const timeoutMs = this.step?.timeoutMs;
    if (timeoutMs !== undefined)
      this.timer = new StepTimer(invocation.collaborators.timer, timeoutMs, this.attempt);
  }

  /** Calls the method, and says how that ended: at once, when the method has nothing to wait for. */
  run(): Ending | Promise<Ending> {
    const { plan, watchdog, execution, emitter, unit } = this.invocation;
    if (execution.phase !== 'check') this.invocation.isIdle = false;
    if (this.step?.compensate !== undefined) this.invocation.execution = rememberRun(plan, execution);
    unit.begin(this.method, execution.phase !== 'check');
    watchdog.watch(this.attempt);
    this.timer?.start();
    return this.#isTold ? emitter.runUnit(this.told, () => this.attempt.run(this)) : this.attempt.run(this);
  }

  /** Ends the attempt. A promise where something is still to be prepared. */
  end(ending: Ending): Ending | Promise<Ending> {
    const { watchdog, execution } = this.invocation;
    this.attempt.end();
    this.timer?.stop();
    watchdog.watch(undefined);
    const value = ending.kind === 'returned' ? ending.value : undefined;
    const isStart = execution.phase === 'step' && isDirective(value) && value.kind === 'start-children';
    return isStart ? this.#prepare(value) : ending;
  }

  /** `@Terminate` is told of as a unit only when something is wrong with it. */
  get #isTold(): boolean {
    return this.invocation.emitter.isHeard && this.began.phase !== 'check';
  }

  call(): unknown {
    return this.invocation.job.call(this.method, this.#parameters);
  }

  tellLate(error: unknown): void {
    tellLate(this.invocation, this.attempt, this.method, error);
  }

  /** `@OnSignal` is told what has come. */
  get #parameters(): readonly unknown[] {
    const { execution, facts } = this.invocation;
    const { interlude } = execution.among ?? {};
    if (!interlude) return [this.#context];
    const told: ReadonlyMap<number, unknown> = interlude.kind === 'signal' ? facts.payloads : facts.children;
    return [told.get(interlude.slot), this.#context];
  }

  /** What it takes to start children is done before the safe point that says so. */
  async #prepare(value: StartChildrenDirective): Promise<Ending> {
    try {
      return { kind: 'returned', value: await prepareChildren(this.invocation, this.method, value) };
    } catch (error) {
      return { kind: 'threw', error };
    }
  }

  /** A directive of those that need others needs a store. */
  checkDirective(directive: Directive): Directive {
    const { collaborators, plan } = this.invocation;
    if (directive.kind === 'wait-for-signal' && collaborators.store === undefined)
      throw needsStoreError(plan, this.method, 'waitForSignal');
    return directive;
  }

  /** A `yield` is a safe point. Says whether the generator may go on. The time until then is not the step's. */
  passYield(value: unknown): Promise<boolean> | boolean {
    const isStart = isDirective(value) && value.kind === 'start-children' && value.batch === undefined;
    if (isStart && this.invocation.execution.phase === 'step')
      return prepareChildren(this.invocation, this.method, value).then((ready) => this.passYield(ready));
    const invocation = this.invocation;
    const { plan, execution, collaborators } = invocation;
    this.timer?.stop();
    const outcome = isDirective(value)
      ? ({
          kind: 'yielded-directive',
          directive: this.checkDirective(value),
          nowMs: collaborators.clock.now(),
        } as const)
      : ({ kind: 'yielded' } as const);
    invocation.passSafePoint(apply(plan, execution, outcome));
    this.#context.moveTo(invocation.execution, nameKeyedUnit(execution));
    return invocation.keep()?.then(() => this.#mayGoOn()) ?? this.#mayGoOn();
  }

  #mayGoOn(): Promise<boolean> | boolean {
    const invocation = this.invocation;
    const { preparation } = invocation;
    const look = invocation.look();
    if (this.#mustStop(look)) {
      this.#context.moveTo(invocation.execution, 'closing');
      return false;
    }
    if (preparation.mustLoad(look)) return preparation.load().then(() => this.#mayGoOn());
    return invocation.needsTurn() ? invocation.yieldToEventLoop().then(() => this.#goOn()) : this.#goOn();
  }

  #mustStop({ nowMs, remainingMs }: TimeLook): boolean {
    const invocation = this.invocation;
    const { plan, execution } = invocation;
    if (this.attempt.isAborted || execution.isWaiting || invocation.mustHandOver) return true;
    if (remainingMs <= plan.safeMs) return true;
    if (execution.phase === 'step' && invocation.journal?.hasNews === true) return true;
    return checkFuses(plan, execution, nowMs, invocation.readFusedCostUsd()) !== undefined;
  }

  #goOn(): boolean {
    this.timer?.start();
    return true;
  }

  /** Up to the hard edge the clean-up of a stopped generator may take its time. It steers nothing any more. */
  async passClosingYield(value: unknown): Promise<boolean> {
    const invocation = this.invocation;
    if (isDirective(value))
      tellLate(
        invocation,
        this.attempt,
        this.method,
        misplacedDirectiveError(invocation.plan, `A finally block of ${this.method}`, value),
      );
    await invocation.yieldToEventLoop();
    return invocation.remainingMs() > invocation.plan.reserveMs;
  }

  /** What events say of this unit. */
  get told() {
    const { plan } = this.invocation;
    const { cycle, attempt } = this.began;
    return { step: this.method, kind: readUnitKind(plan, this.method), cycle, attempt };
  }

  /** `@Terminate` is told of as a unit only when something is wrong with it. */
  tellCheck(): void {
    if (this.began.phase === 'check') this.invocation.emitter.emitUnlogged('step.started', this.told);
  }

  readDurationMs(): number {
    return Math.max(0, Math.round(this.invocation.collaborators.clock.now() - this.#startedAtMs));
  }

  tellEnd(type: 'step.finished' | 'step.paused'): void {
    if (this.#isTold) this.invocation.emitter.emit(type, { ...this.told, durationMs: this.readDurationMs() });
  }
}

function nameKeyedUnit({ phase }: Execution): 'terminate' | 'undo' | 'work' {
  if (phase === 'compensate') return 'undo';
  return phase === 'check' ? 'terminate' : 'work';
}

/** Ends an attempt that runs longer than its step's `timeoutMs`: its signal aborts, and nobody waits for it any more. */
class StepTimer {
  #cancel: (() => void) | undefined;
  #hasFired = false;
  readonly #timer: Timer;
  readonly #timeoutMs: number;
  readonly #attempt: Attempt;

  constructor(timer: Timer, timeoutMs: number, attempt: Attempt) {
    this.#timer = timer;
    this.#timeoutMs = timeoutMs;
    this.#attempt = attempt;
  }

  get hasFired(): boolean {
    return this.#hasFired;
  }

  /** Starts, or starts again at a safe point inside the attempt. */
  start(): void {
    this.stop();
    this.#cancel = this.#timer.once(this.#timeoutMs, () => {
      this.#hasFired = true;
      this.#attempt.abort('timeout');
      this.#attempt.abandon();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
