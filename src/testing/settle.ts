/** Taken once, so that fake timers of a test framework do not stop the kit. */
const takeTurn = process.getBuiltinModule('node:timers').setImmediate;

/** Kinds of pending work that end by themselves: other turns of the event loop, and requests to the file system (a lazy `import()`). */
const transient = /^(Immediate|FSReq)/;

/** Turns at most: what asks for another one in every turn, such as a Nanotimer that somebody left running, would never end. */
const maxTurns = 200;

/** Lets everything run that waits for no timer: microtasks, turns of the event loop that were asked for, and modules that are being loaded. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < maxTurns; turn += 1) {
    await new Promise<void>((resolve) => takeTurn(() => resolve()));
    if (!process.getActiveResourcesInfo().some((kind) => transient.test(kind))) return;
  }
}
