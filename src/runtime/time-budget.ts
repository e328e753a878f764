import { InvalidInputError } from '../errors';
import type { Clock, Context } from './ports';

/** How much of an invocation is left, and which of its edges have been passed. */
export class TimeBudget {
  /** When Lambda kills this invocation, in epoch milliseconds of our clock. */
  readonly deadlineMs: number;
  readonly #context: Context;
  readonly #clock: Clock;

  /** @throws InvalidInputError when the context cannot tell the time that is left. */
  constructor(context: Context, clock: Clock) {
    this.#context = checkContext(context);
    this.#clock = clock;
    this.deadlineMs = clock.now() + context.getRemainingTimeInMillis();
  }

  /** Milliseconds until Lambda kills this invocation, whichever of the context and the clock is more cautious. */
  remainingMs(): number {
    return Math.min(this.#context.getRemainingTimeInMillis(), this.deadlineMs - this.#clock.now());
  }
}

function checkContext(context: Context): Context {
  const isUsable = typeof context?.getRemainingTimeInMillis === 'function' && Number.isFinite(context.getRemainingTimeInMillis());
  if (isUsable) return context;
  throw new InvalidInputError({
    problem: 'The handler was called with a context that cannot tell the time left (getRemainingTimeInMillis).',
    cure: 'Pass the Lambda context on as the second argument; in a test, one with getRemainingTimeInMillis: () => 60_000.',
    details: { job: '', faults: ['context.getRemainingTimeInMillis'] },
  });
}
