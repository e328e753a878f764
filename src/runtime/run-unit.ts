import { CheckpointFailedError, InvalidDirectiveError, StepTimeoutError } from '../errors';
import { Attempt, type Ending } from './attempt';
import { apply } from './core/apply';
import { copyJson } from './core/copy-json';
import type { Decision } from './core/decide';
import { describeError } from './core/describe-error';
import { type Directive, isDirective } from './core/directives';
import { nameUnit } from './core/execution';
import { checkFuses } from './core/fuses';
import type { Interruption } from './core/interruption';
import type { StepPlan } from './core/job-plan';
import { judgeFailure } from './core/judge-failure';
import { defaultRetryPolicy } from './core/retry-policy';
import type { Invocation } from './invocation';
import { AttemptContext } from './step-context';
import { StepTimer } from './step-timer';
import { Superseded } from './superseded';

/** Runs one unit of work: `@OnStart`, `@Terminate`, a step or `@OnComplete`. */
export function runUnit(invocation: Invocation): Promise<Decision | undefined> {
  return new UnitRun(invocation).run();
}

/** One attempt at one unit of work, and what becomes of the execution. Gives a decision when there is nothing left to ask. */
class UnitRun {
  readonly #invocation: Invocation;
  readonly #method: string;
  readonly #step: StepPlan | undefined;
  readonly #attempt: Attempt;
  readonly #context: AttemptContext;
  readonly #timer: StepTimer | undefined;

  constructor(invocation: Invocation) {
    const { plan, execution } = invocation;
    this.#invocation = invocation;
    this.#method = nameUnit(plan, execution);
    this.#step = execution.phase === 'step' ? plan.steps[execution.stepIndex] : undefined;
    this.#attempt = new Attempt((error) => invocation.reportLate(this.#attempt, this.#method, error));
    this.#context = new AttemptContext(invocation, execution, this.#method, this.#attempt);
    const timeoutMs = this.#step?.timeoutMs;
    if (timeoutMs !== undefined) this.#timer = new StepTimer(invocation.collaborators.timer, timeoutMs, this.#attempt);
  }

  async run(): Promise<Decision | undefined> {
    const { job, watchdog, execution } = this.#invocation;
    if (execution.phase !== 'check') this.#invocation.isIdle = false;
    this.#invocation.beginUnit(this.#method);
    watchdog.watch(this.#attempt);
    this.#timer?.start();
    const ending = await this.#attempt.run(
      () => job.call(this.#method, this.#context),
      () => this.#passYield(),
    );
    this.#timer?.stop();
    watchdog.watch(undefined);
    return this.#settle(ending);
  }

  /** A `yield` is a safe point. Says whether the generator may go on. */
  #passYield(): Promise<boolean> | boolean {
    const invocation = this.#invocation;
    invocation.passSafePoint(apply(invocation.plan, invocation.execution, { kind: 'yielded' }));
    this.#context.moveTo(invocation.execution);
    this.#timer?.start();
    return invocation.keep()?.then(() => this.#mayGoOn()) ?? this.#mayGoOn();
  }

  #mayGoOn(): Promise<boolean> | boolean {
    const invocation = this.#invocation;
    const { plan, collaborators } = invocation;
    const nowMs = collaborators.clock.now();
    if (this.#attempt.isAborted || checkFuses(plan, invocation.execution, nowMs, invocation.readCostUsd()) !== undefined) return false;
    if (invocation.remainingMs() <= plan.safeMs) return false;
    return invocation.isBreathless(nowMs) ? invocation.breathe().then(() => true) : true;
  }

  #settle(ending: Ending): Decision | undefined {
    switch (ending.kind) {
      case 'returned':
        return this.#finish(ending.value);
      case 'threw':
        return this.#wasCutOff(ending.error) ? this.#interrupt(false) : this.#fail(ending.error, this.#attempt.isAbandoned);
      case 'abandoned':
        return this.#timer?.hasFired === true ? this.#fail(this.#describeTimeout(), true) : this.#interrupt(true);
      case 'stopped':
        return this.#stop();
      case 'broken':
        if (ending.error instanceof Superseded || ending.error instanceof CheckpointFailedError) throw ending.error;
        return this.#fail(ending.error, this.#attempt.isAbandoned);
    }
  }

  #finish(value: unknown): Decision | undefined {
    try {
      switch (this.#invocation.execution.phase) {
        case 'check':
          return this.#finishCheck(value);
        case 'complete':
          return this.#finishExecution(value);
        default:
          return this.#finishWork(value);
      }
    } catch (error) {
      return this.#fail(error, false);
    }
  }

  #finishCheck(isDone: unknown): Decision | undefined {
    const { plan, execution } = this.#invocation;
    if (typeof isDone !== 'boolean') {
      throw new InvalidDirectiveError({
        problem: `@Terminate ${this.#method} of job ${plan.name} answered ${describeType(isDone)}, not true or false.`,
        cure: `Let ${this.#method} return a boolean: true ends the execution.`,
        details: { method: this.#method },
      });
    }
    this.#invocation.execution = apply(plan, execution, { kind: 'checked', isDone });
    return this.#beginToComplete();
  }

  #finishExecution(value: unknown): Decision {
    const { execution } = this.#invocation;
    const result = value === undefined ? execution.result : copyJson('result', value);
    this.#invocation.execution = { ...execution, result };
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
    const directive = isDirective(value) ? withPlainResult(value) : undefined;
    this.#invocation.passSafePoint(apply(plan, execution, { kind: 'finished', directive, nowMs: collaborators.clock.now() }));
    return this.#beginToComplete();
  }

  /** What a generator did after its last `yield`, in its `finally` blocks, is not part of that safe point. */
  #stop(): undefined {
    this.#invocation.rollBack(this.#attempt.isAbandoned);
  }

  /** Whether an error is the echo of the safe window's abort signal: then the step has not failed, it was cut off. */
  #wasCutOff(error: unknown): boolean {
    return this.#attempt.isCutOff && isAbortError(error, this.#attempt.signal.reason);
  }

  #interrupt(isOrphaned: boolean): Decision {
    const invocation = this.#invocation;
    invocation.logger.warn('step interrupted', { step: this.#method, remainingMs: invocation.remainingMs(), isAbandoned: isOrphaned });
    const interruption: Interruption = { ending: isOrphaned ? 'hard-edge' : 'safe-window', unit: this.#method };
    invocation.execution = apply(invocation.plan, invocation.execution, { kind: 'interrupted', interruption, count: 1 });
    invocation.isOrphaned = isOrphaned;
    if (!isOrphaned) invocation.rollBack();
    return { kind: 'hand-off', reason: 'interrupted', delaySeconds: 0 };
  }

  #fail(error: unknown, isOrphaned: boolean): Decision | undefined {
    const invocation = this.#invocation;
    const { collaborators, execution, plan } = invocation;
    const judgement = judgeFailure(this.#step?.retry ?? defaultRetryPolicy, execution.attempt, error, () => collaborators.random.next());
    const { attempt, cycle } = execution;
    invocation.logger.warn('step failed', { step: this.#method, attempt, cycle, ...judgement, error: describeError(error) });
    invocation.rollBack(isOrphaned);
    if (!judgement.isRetried) return { kind: 'fail', error };
    const retryAtMs = collaborators.clock.now() + judgement.delayMs;
    invocation.execution = apply(plan, execution, { kind: 'failed', retryAtMs });
    return undefined;
  }

  #describeTimeout(): StepTimeoutError {
    const timeoutMs = this.#step?.timeoutMs ?? 0;
    const { attempt } = this.#invocation.execution;
    return new StepTimeoutError({
      problem: `Attempt ${attempt} of step ${this.#method} of job ${this.#invocation.plan.name} ran longer than its timeoutMs (${timeoutMs}).`,
      cure: `Let ${this.#method} stop when ctx.signal aborts, or raise its timeoutMs.`,
      details: { step: this.#method, timeoutMs, attempt },
    });
  }
}

function withPlainResult(directive: Directive): Directive {
  return directive.kind === 'complete' ? { kind: 'complete', result: copyJson('result', directive.result) } : directive;
}

function describeType(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return `a value of type ${typeof value}`;
}

function isAbortError(error: unknown, reason: unknown): boolean {
  try {
    if (error === reason) return true;
    if (typeof error !== 'object' || error === null) return false;
    const { name, code, cause } = error as { name?: unknown; code?: unknown; cause?: unknown };
    return name === 'AbortError' || code === 'ABORT_ERR' || cause === reason;
  } catch {
    return false;
  }
}
