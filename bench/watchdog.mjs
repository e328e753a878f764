// What the watchdog costs while a step waits: processor time for each second, beside the same wait without a job.
import { setTimeout as sleep } from 'node:timers/promises';
import { createHandler, LongRunning, State, Step, Terminate } from '../dist/index.js';
import { quietChannel } from './lib/make-continuation.mjs';
import { figure, roomyContext } from './lib/measure.mjs';

const seconds = 4;

function defineWaiting(intervalMs) {
  class Waiting {
    isDone = false;
    async wait() {
      await sleep(seconds * 1_000);
      this.isDone = true;
    }
    isOver() {
      return this.isDone;
    }
  }
  State()(Waiting.prototype, 'isDone');
  Step()(Waiting.prototype, 'wait', Object.getOwnPropertyDescriptor(Waiting.prototype, 'wait'));
  Terminate()(Waiting.prototype, 'isOver', Object.getOwnPropertyDescriptor(Waiting.prototype, 'isOver'));
  LongRunning({ name: 'waiting', safeMs: 60_000, intervalMs })(Waiting);
  return Waiting;
}

async function measureMs(run) {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / seconds;
}

const results = {};
for (const intervalMs of [1_000, 250]) {
  // Not with the default channel, whose SDK is loaded after two seconds: that is no work of the watchdog.
  const handler = createHandler(defineWaiting(intervalMs), { providers: quietChannel });
  await handler({}, roomyContext());
  let [bareMs, watchedMs] = [Infinity, Infinity];
  for (let round = 0; round < 3; round += 1) {
    bareMs = Math.min(bareMs, await measureMs(() => sleep(seconds * 1_000)));
    watchedMs = Math.min(watchedMs, await measureMs(() => handler({}, roomyContext())));
  }
  results[`watchdog, intervalMs ${intervalMs}: CPU a second, over the bare wait`] = figure(
    Math.max(0, watchedMs - bareMs),
    'ms',
    1,
  );
}
console.log(JSON.stringify(results));
