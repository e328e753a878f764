import { LongRunning, State, Step, Terminate } from '../../../src/decorators';

/** The options of each decorator, of any type: what is wrong with them is the test. */
export interface JobParts {
  readonly job?: unknown;
  readonly step?: unknown;
  readonly state?: unknown;
  readonly terminate?: unknown;
}

const times = { safeMs: 2_000, intervalMs: 500 };

/** Makes a class `Reconcile` that is sound but for the options that are given. */
export function defineJob({ job = times, step, state, terminate }: JobParts): new () => object {
  // biome-ignore lint/suspicious/noExplicitAny: options of a wrong type must get past the compiler
  const any = (options: unknown) => options as any;
  @LongRunning(any(job))
  class Reconcile {
    @State(any(state)) cursor = '';
    @Step(any(step)) reconcilePage() {}
    @Terminate(any(terminate)) isDone() {
      return true;
    }
  }
  return Reconcile;
}

/** Makes such a class with more options for `@LongRunning` than the two that it needs. */
export function defineJobWith(options: object): new () => object {
  return defineJob({ job: { ...times, ...options } });
}
