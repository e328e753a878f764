import NanoTimerLibrary from 'nanotimer';
import { maxTimerMs } from '../../core/execution/local-time';
import { describeError } from '../../core/record/describe-error';
import type { Timer } from '../../ports';

/**
 * Node's own timers: 0.1 % of a core where Nanotimer takes 2 % at one look a second and 23 % at ten,
 * for a drift of milliseconds instead of microseconds. Register it with `{ token: TIMER, useClass: NativeTimer }`.
 */
export class NativeTimer implements Timer {
  /** @throws RangeError when `ms` is not an integer from 1 to 2,147,483,647. */
  every(ms: number, task: () => void): () => void {
    checkDelay(ms, 1);
    const handle = setInterval(guardTask(task), ms);
    return () => clearInterval(handle);
  }

  /** @throws RangeError when `ms` is not an integer from 0 to 2,147,483,647. */
  once(ms: number, task: () => void): () => void {
    checkDelay(ms, 0);
    const handle = setTimeout(guardTask(task), ms);
    return () => clearTimeout(handle);
  }
}

/** Nanotimer is given the last milliseconds only: it spins through up to 25 of them, with a core of its own. */
const spunMs = 2;

/**
 * Node's own timers for what happens again and again, and up to the last 2 ms of what happens once; these are Nanotimer's, which meets
 * the edges of an invocation to microseconds. Less than 1 ms of processor time a second, where Nanotimer alone takes 20.
 *
 * Nanotimer is wrapped: a fresh instance for every arm (re-arming one inside its own task spins a core), the time string made from a
 * checked number (a bad one ends the process), and tasks that cannot kill the timer. See {@link NativeTimer} to go without it.
 */
export class NanoTimer implements Timer {
  readonly #native = new NativeTimer();

  /** @throws RangeError when `ms` is not an integer from 1 to 2,147,483,647. */
  every(ms: number, task: () => void): () => void {
    return this.#native.every(ms, task);
  }

  /** @throws RangeError when `ms` is not an integer from 0 to 2,147,483,647. */
  once(ms: number, task: () => void): () => void {
    checkDelay(ms, 0);
    const run = guardTask(task);
    if (ms <= spunMs) return spin(Math.max(1, ms), run);
    const endMs = performance.now() + ms;
    let cancelSpin: (() => void) | undefined;
    const handle = setTimeout(() => {
      const restMs = endMs - performance.now();
      if (restMs <= 0) run();
      else cancelSpin = spin(restMs, run);
    }, ms - spunMs);
    return () => {
      clearTimeout(handle);
      cancelSpin?.();
    };
  }
}

function spin(ms: number, run: () => void): () => void {
  const timer = new NanoTimerLibrary();
  let isPending = true;
  timer.setTimeout(
    () => {
      if (isPending) run();
    },
    '',
    `${Math.ceil(ms * 1_000)}u`,
  );
  return () => {
    isPending = false;
    timer.clearTimeout();
  };
}

/** Makes a task that warns instead of throwing: a timer goes on, and nothing is swallowed. */
function guardTask(task: () => void): () => void {
  return () => {
    try {
      task();
    } catch (thrown) {
      // Not the error itself: Node would leave the code out.
      const { name, message } = describeError(thrown);
      process.emitWarning(`A timer's task threw ${name}: ${message}`, { code: 'LAMBDA_BATON_TIMER' });
    }
  };
}

/** @throws RangeError when `ms` is not a whole number of milliseconds from `leastMs` to about 24.8 days. */
function checkDelay(ms: number, leastMs: number): void {
  if (Number.isInteger(ms) && ms >= leastMs && ms <= maxTimerMs) return;
  throw new RangeError(
    `Timer: ${String(ms)} is not a whole number of milliseconds from ${leastMs} to ${maxTimerMs}.`,
  );
}
