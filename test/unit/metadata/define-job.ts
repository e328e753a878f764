import { LongRunning, State, Step, Terminate } from '../../../src/decorators';

/** The options of each decorator, of any type: what is wrong with them is the test. */
export interface JobParts {
  readonly job?: unknown;
  readonly step?: unknown;
  readonly state?: unknown;
  readonly terminate?: unknown;
}

/** The two options that every job needs, both sound. */
export const times = { safeMs: 2_000, intervalMs: 500 };

/** Takes the types off a decorator, so that its misuse gets past the compiler. */
// biome-ignore lint/suspicious/noExplicitAny: that is what it is for
export function loosely(decorator: unknown): any {
  return decorator;
}

/** Makes a class `Reconcile` that is sound but for the options that are given. */
export function defineJob({ job = times, step, state, terminate }: JobParts): new () => object {
  @LongRunning(loosely(job))
  class Reconcile {
    @State(loosely(state)) cursor = '';
    @Step(loosely(step)) reconcilePage() {}
    @Terminate(loosely(terminate)) isDone() {
      return true;
    }
  }
  return Reconcile;
}

/** Makes such a class with more options for `@LongRunning` than the two that it needs. */
export function defineJobWith(options: object): new () => object {
  return defineJob({ job: { ...times, ...options } });
}
