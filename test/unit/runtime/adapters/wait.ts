/** Resolves after that much real time: the timer adapters are about nothing else. */
export function waitMs(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Holds the event loop, as CPU-bound code does. */
export function blockMs(ms: number): void {
  for (const endMs = performance.now() + ms; performance.now() < endMs; );
}
