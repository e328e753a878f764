/** Throws a user's error outside of what is going on: as an uncaught exception of this process. */
export function reportLater(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
