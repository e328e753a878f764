/** Lets everything run that waits for no timer: microtasks, and turns of the event loop that were asked for with `setImmediate`. */
export async function settleMicrotasks(): Promise<void> {
  do await new Promise((resolve) => setImmediate(resolve));
  while (process.getActiveResourcesInfo().includes('Immediate'));
}
