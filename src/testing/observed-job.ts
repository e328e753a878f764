import { addDeclaration, getOwnDeclarations } from '../metadata/reflect';
import type { JobClass, JobPlan } from '../runtime/core/execution/job-plan';
import { isGenerator, readPromise, type StepGenerator } from '../runtime/step/returned-value';
import type { StepContext } from '../runtime/step/step-context';

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
