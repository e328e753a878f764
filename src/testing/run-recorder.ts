import { LevelLogger, type LogLevel } from '../runtime/adapters/node/loggers';
import { isDirective } from '../runtime/core/execution/directives';
import type { HookPlan } from '../runtime/core/execution/job-plan';
import { copyJson } from '../runtime/core/state/copy-json';
import type { Observer, RuntimeEvent } from '../runtime/observe/runtime-event';
import type { Clock, Logger } from '../runtime/ports';
import type { StepContext } from '../runtime/step/step-context';
import { readFrame } from './life';
import type {
  CallEnd,
  CheckpointRun,
  ContinuationRun,
  DeadLetter,
  RunLogLine,
  StepCall,
  StepRun,
} from './run-records';
import { VirtualInvocation } from './virtual-invocation';

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** A call of a step that is under way. */
export type OpenCall = Mutable<StepCall>;

interface OpenStep {
  readonly name: string;
  readonly cycle: number;
  readonly calls: OpenCall[];
}

/** Writes down what happens in a run, while it happens. */
export class RunRecorder {
  readonly invocations: VirtualInvocation[] = [];
  readonly continuations: ContinuationRun[] = [];
  readonly checkpoints: CheckpointRun[] = [];
  readonly deadLetters: DeadLetter[] = [];
  /** The execution that the run is of: it may have children. */
  executionId = '';
  /** The invocation that ended the execution first. */
  ending: VirtualInvocation | undefined;
  /** What the execution completes with, as far as the job's own methods say: a queue's message answers nothing. */
  result: unknown;
  readonly #steps: OpenStep[] = [];
  readonly #openCalls = new Set<OpenCall>();
  readonly #clock: Clock;
  readonly #hooks: HookPlan;

  constructor(clock: Clock, hooks: HookPlan) {
    this.#clock = clock;
    this.#hooks = hooks;
  }

  /** Notes that a step's method is called. */
  beginCall(
    name: string,
    { cycle, invocation, attempt, idempotencyKey }: StepContext,
    call: number,
  ): OpenCall {
    const opened: OpenCall = {
      call,
      invocation,
      attempt,
      idempotencyKey,
      startedAtMs: this.#clock.now(),
      durationMs: 0,
      end: 'cut-off',
    };
    this.#findOpen(name, cycle, idempotencyKey).calls.push(opened);
    this.#openCalls.add(opened);
    return opened;
  }

  /** Notes how a call ended. */
  endCall(call: OpenCall, end: CallEnd, error?: unknown): void {
    this.#openCalls.delete(call);
    call.end = end;
    call.durationMs = this.#clock.now() - call.startedAtMs;
    if (end === 'threw') call.error = error;
  }

  /** Notes what a method returned, for the result. */
  noteValue(method: string, value: unknown): void {
    const { onStart, onComplete } = this.#hooks;
    if (method === onComplete && value !== undefined) this.result = copyJson('result', value);
    if (method !== onComplete && method !== onStart && isDirective(value) && value.kind === 'complete')
      this.result = copyJson('result', value.result);
  }

  /** Notes that the calls of an invocation that is over have got no further than this. */
  cutOff(call: number): void {
    for (const open of this.#openCalls) {
      if (open.call !== call) continue;
      open.durationMs = this.#clock.now() - open.startedAtMs;
      this.#openCalls.delete(open);
    }
  }

  /** The steps so far. */
  listSteps(): readonly StepRun[] {
    return this.#steps.map(({ name, cycle, calls }) => ({
      name,
      cycle,
      attempts: calls.length,
      durationMs: calls.reduce((sum, { durationMs }) => sum + durationMs, 0),
      calls,
    }));
  }

  /** A step's last pass goes on until one of its calls has returned, and again when that call was for nothing: its key comes back. */
  #findOpen(name: string, cycle: number, idempotencyKey: string): OpenStep {
    const last = this.#steps.findLast((step) => step.name === name);
    const call = last?.calls.at(-1);
    const isSame =
      last?.cycle === cycle && (call?.end !== 'returned' || call.idempotencyKey === idempotencyKey);
    if (last !== undefined && isSame) return last;
    const step: OpenStep = { name, cycle, calls: [] };
    this.#steps.push(step);
    return step;
  }
}

/** Keeps the lines of a run, by invocation too, and hands them on to the logger that a test provides. The dead log nothing. */
export class RunLogger extends LevelLogger {
  readonly #lines: RunLogLine[];
  readonly #clock: Clock;
  readonly #provided: Logger | undefined;

  constructor(lines: RunLogLine[], clock: Clock, provided: Logger | undefined) {
    super();
    this.#lines = lines;
    this.#clock = clock;
    this.#provided = provided;
  }

  protected override log(level: LogLevel, message: string, fields: object = {}): void {
    const life = readFrame()?.life;
    if (life?.isOver === true) return;
    const invocation = life instanceof VirtualInvocation ? life : undefined;
    const line = {
      level,
      message,
      fields: { ...fields },
      atMs: this.#clock.now(),
      call: invocation?.call ?? 0,
    };
    this.#lines.push(line);
    invocation?.lines.push(line);
    this.#provided?.[level](message, fields);
  }
}

/** Keeps the events of a run, by invocation too. The dead tell nothing. */
export class RunObserver implements Observer {
  readonly events: RuntimeEvent[] = [];

  on(event: RuntimeEvent): void {
    const life = readFrame()?.life;
    if (life?.isOver === true) return;
    this.events.push(event);
    if (life instanceof VirtualInvocation) life.events.push(event);
  }
}

const wrapped = new WeakMap<Observer, Observer>();

/** A test's own observer, which does not hear what an invocation that is over still says. */
export function silenceTheDead(observer: Observer): Observer {
  const known = wrapped.get(observer) ?? wrap(observer);
  wrapped.set(observer, known);
  return known;
}

function wrap(observer: Observer): Observer {
  const isDead = () => readFrame()?.life.isOver === true;
  return {
    on: (event) => (isDead() ? undefined : observer.on(event)),
    ...(observer.carry && { carry: (executionId) => observer.carry?.(executionId) ?? {} }),
    ...(observer.around && {
      around: (event, run) => (isDead() ? run() : (observer.around?.(event, run) ?? run())),
    }),
  };
}
