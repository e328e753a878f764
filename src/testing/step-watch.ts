import { addDeclaration, getOwnDeclarations } from '../metadata/declaration';
import type { JobClass, JobPlan } from '../runtime/core/execution/job-plan';
import { isGenerator, readPromise, type StepGenerator } from '../runtime/step/attempt';
import type { StepContext } from '../runtime/step/step-context';
import type { Border } from './border';
import { never, readFrame, runInFrame } from './life';
import type { OpenCall, RunRecorder } from './run-recorder';
import type { VirtualInvocation } from './virtual-invocation';

/** Writes down the calls of a job's steps, and lets them be disturbed. */
export class StepWatch implements JobObserver {
  readonly #border: Border;
  readonly #recorder: RunRecorder;
  readonly #drains: (method: string) => boolean;

  /** @param drains - after which methods an invocation hands over, whatever time is left. */
  constructor(border: Border, recorder: RunRecorder, drains: (method: string) => boolean) {
    this.#border = border;
    this.#recorder = recorder;
    this.#drains = drains;
  }

  onConstruct(job: object): void {
    const { invocation } = this.#border;
    if (invocation !== undefined) invocation.job = job;
  }

  watch(method: string, ctx: StepContext): CallWatch | undefined {
    const { invocation } = this.#border;
    if (invocation === undefined || readFrame()?.ctx !== undefined) return undefined;
    return new MethodWatch(method, ctx, invocation, this.#border, this.#recorder, this.#drains(method));
  }
}

class MethodWatch implements CallWatch {
  #call: OpenCall | undefined;
  readonly #method: string;
  readonly #ctx: StepContext;
  readonly #invocation: VirtualInvocation;
  readonly #border: Border;
  readonly #recorder: RunRecorder;
  readonly #drains: boolean;

  constructor(
    method: string,
    ctx: StepContext,
    invocation: VirtualInvocation,
    border: Border,
    recorder: RunRecorder,
    drains: boolean,
  ) {
    this.#method = method;
    this.#ctx = ctx;
    this.#invocation = invocation;
    this.#border = border;
    this.#recorder = recorder;
    this.#drains = drains;
  }

  run<Value>(act: () => Value): Value {
    return runInFrame({ life: this.#invocation, ctx: this.#ctx }, act);
  }

  begin(): Promise<never> | undefined {
    const end = this.#border.pass('begin', this.#method);
    if (end === undefined)
      this.#call = this.#recorder.beginCall(this.#method, this.#ctx, this.#invocation.call);
    return end;
  }

  pass(kind: 'return' | 'yield', value: unknown): Promise<never> | undefined {
    if (this.#invocation.isOver) return never();
    const end = this.#border.pass(kind === 'return' ? 'end' : 'yield', this.#method);
    if (end !== undefined) return end;
    if (kind === 'return' && this.#call !== undefined) this.#recorder.endCall(this.#call, 'returned');
    if (kind === 'return') this.#recorder.noteValue(this.#method, value);
    if (this.#drains) this.#invocation.isDraining = true;
    return undefined;
  }

  fail(error: unknown): void {
    if (this.#call !== undefined && !this.#invocation.isOver)
      this.#recorder.endCall(this.#call, 'threw', error);
  }

  stop(): void {
    if (this.#call !== undefined && !this.#invocation.isOver) this.#recorder.endCall(this.#call, 'stopped');
  }
}

/** Where the calls of a job's work are watched. */
export interface JobObserver {
  /** A job instance was made. */
  onConstruct(job: object): void;
  /** A method that is work is about to be called; undefined when it is not the runtime that calls it. */
  watch(method: string, ctx: StepContext): CallWatch | undefined;
}

/** One call that is watched. Each answers what the runtime gets to see instead, when something happens to the process there. */
export interface CallWatch {
  /** Runs code of the job as part of the call. */
  run<Value>(act: () => Value): Value;
  /** The call begins. A promise that never settles when the process ends here. */
  begin(): Promise<never> | undefined;
  /** The call has returned, or come to a `yield`. */
  pass(kind: 'return' | 'yield', value: unknown): Promise<never> | undefined;
  fail(error: unknown): void;
  stop(): void;
}

/**
 * A subclass of a job that behaves and is called like it, and whose instances tell an observer about their work.
 * The job's own class is not touched.
 */
export function observeJob(jobClass: JobClass, plan: JobPlan, observer: JobObserver): JobClass {
  const { onStart, onComplete } = plan.hooks;
  const undoing = plan.steps.map(({ compensate }) => compensate);
  const methods = new Set([onStart, ...plan.steps.map(({ method }) => method), onComplete, ...undoing]);
  methods.delete(undefined);
  class Observed extends jobClass {
    // biome-ignore lint/suspicious/noExplicitAny: dependencies of any type
    constructor(...dependencies: any[]) {
      super(...dependencies);
      for (const method of methods)
        observeMethod(this as Record<string, unknown>, method as string, observer);
      observer.onConstruct(this);
    }
  }
  Object.defineProperty(Observed, 'name', { value: jobClass.name });
  for (const declaration of getOwnDeclarations(jobClass)) {
    if (declaration.placement === 'class') addDeclaration(Observed, declaration);
  }
  return Observed;
}

type Method = (...parameters: unknown[]) => unknown;

/** As a property that no enumeration shows: what copies the job's fields does not copy this. */
function observeMethod(job: Record<string, unknown>, method: string, observer: JobObserver): void {
  const original = job[method] as Method;
  const value = (...parameters: unknown[]): unknown => {
    const call = () => original.apply(job, parameters);
    const watch = observer.watch(method, parameters[0] as StepContext);
    return watch === undefined ? call() : runWatched(watch, call);
  };
  Object.defineProperty(job, method, { value, configurable: true, writable: true, enumerable: false });
}

function runWatched(watch: CallWatch, call: () => unknown): unknown {
  const end = watch.begin();
  if (end !== undefined) return end;
  const value = attempt(watch, () => watch.run(call));
  if (isGenerator(value)) return new WatchedGenerator(watch, value);
  const promise = attempt(watch, () => readPromise(value));
  if (promise === undefined) return watch.pass('return', value) ?? value;
  return promise.then(
    (result) => watch.pass('return', result) ?? result,
    (error: unknown) => {
      watch.fail(error);
      throw error;
    },
  );
}

/** Tells what is thrown, and throws it on. */
function attempt<Value>(watch: CallWatch, act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    watch.fail(error);
    throw error;
  }
}

/** A generator of a step, whose `yield`s are watched. */
class WatchedGenerator implements StepGenerator {
  readonly #watch: CallWatch;
  readonly #generator: StepGenerator;
  #isStopped = false;

  constructor(watch: CallWatch, generator: StepGenerator) {
    this.#watch = watch;
    this.#generator = generator;
  }

  next(): unknown {
    if (this.#isStopped) return this.#watch.run(() => this.#generator.next());
    const result = attempt(this.#watch, () => this.#watch.run(() => this.#generator.next()));
    const promise = readPromise(result);
    if (promise === undefined) return this.#pass(result);
    return promise.then(
      (value) => this.#pass(value),
      (error: unknown) => {
        this.#watch.fail(error);
        throw error;
      },
    );
  }

  return(value: unknown): unknown {
    this.#isStopped = true;
    this.#watch.stop();
    return this.#watch.run(() => this.#generator.return(value));
  }

  [Symbol.iterator](): this {
    return this;
  }

  #pass(result: unknown): unknown {
    const { done, value } = result as IteratorResult<unknown>;
    return this.#watch.pass(done === true ? 'return' : 'yield', value) ?? result;
  }
}
