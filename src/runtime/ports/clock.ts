/** Tells the time. Behind the token `CLOCK`, so that a test can move it. */
export interface Clock {
  /** Milliseconds since the epoch, wall clock. */
  now(): number;
}
