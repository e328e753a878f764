/** Calls back later. Behind the token `TIMER`; a task that throws must not stop the timer, nor may ticks pile up. */
export interface Timer {
  /** Calls `task` every `ms` milliseconds (an integer ≥ 1) until cancelled. Missed ticks are collapsed into one. Returns the cancel function. */
  every(ms: number, task: () => void): () => void;
  /** Calls `task` once after `ms` milliseconds (an integer ≥ 0), unless cancelled before. Returns the cancel function. */
  once(ms: number, task: () => void): () => void;
}
