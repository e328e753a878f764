import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 10;

/** Resolves when the condition holds at two looks in a row, so that something between two places (off one queue, not yet on the next) is not missed. */
export async function waitForIdle(isIdle: () => boolean): Promise<void> {
  let looks = 0;
  while (looks < 2) {
    await sleep(pollMs);
    looks = isIdle() ? looks + 1 : 0;
  }
}
