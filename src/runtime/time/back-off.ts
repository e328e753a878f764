import type { Random, Timer } from '../ports';

/** Pause before the second try, in milliseconds; doubled before each further one, up to the longest. */
const firstPauseMs = 50;
const maxPauseMs = 2_000;

/** What waiting needs: a timer, and how much time is left. */
interface BackOffDeps {
  readonly timer: Timer;
  /** Draws each pause, from nothing to its full length: for what many try at the same time. @defaultValue the full length */
  readonly random?: Random;
  remainingMs(): number;
}

/** Counts the tries at a store or a channel, and pauses between them as long as there is time for it. */
export class BackOff {
  tries = 1;
  #pauseMs = firstPauseMs;
  readonly #room: BackOffDeps;

  constructor(room: BackOffDeps) {
    this.#room = room;
  }

  /** Whether there is time for another pause and another try. */
  get hasTime(): boolean {
    return this.#room.remainingMs() >= 2 * this.#pauseMs;
  }

  /** Waits before the next try. */
  async pause(): Promise<void> {
    const { random } = this.#room;
    const pauseMs = random === undefined ? this.#pauseMs : Math.ceil(random.next() * this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, maxPauseMs);
    this.tries += 1;
    await new Promise<void>((resolve) => {
      this.#room.timer.once(Math.max(1, pauseMs), resolve);
    });
  }
}

/** Waits for a promise, but not for longer than this, in milliseconds: then `onLate` gives the answer, or throws. */
export async function inTime<Value>(
  timer: Timer,
  withinMs: number,
  promise: Promise<Value>,
  onLate: () => Value,
): Promise<Value> {
  let cancel = () => {};
  const limit = new Promise<void>((resolve) => {
    cancel = timer.once(Math.max(1, Math.floor(withinMs)), resolve);
  });
  try {
    return await Promise.race([promise, limit.then(onLate)]);
  } finally {
    cancel();
  }
}

/** What {@link inTime} throws where a store is late. */
export function lateStoreError(): never {
  throw new Error('the store did not answer in time');
}
