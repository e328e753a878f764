import type { Timer } from '../ports';

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
