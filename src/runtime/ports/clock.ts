/** Tells the time. Behind the token `CLOCK`, so that a test can move it. */
export interface Clock {
  /** Milliseconds since the epoch, wall clock. */
  now(): number;
  /**
   * Milliseconds since any fixed moment, by a clock that nobody sets: a wall clock that is set back must not hide a deadline.
   * A clock whose `now` is virtual gives virtual time here too. @defaultValue the machine's monotonic clock
   */
  elapsedMs?(): number;
}
