import type { Timer } from '../ports';

/** Pause before the second try, in milliseconds; doubled before each further one, up to the longest. */
const firstPauseMs = 50;
const maxPauseMs = 2_000;

/** What waiting needs: a timer, and how much time is left. */
export interface BackOffDeps {
  readonly timer: Timer;
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
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(pauseMs * 2, maxPauseMs);
    this.tries += 1;
    await new Promise<void>((resolve) => {
      this.#room.timer.once(pauseMs, resolve);
    });
  }
}
