// Many executions at once in one process, as Managed Instances run them, and one with a large state.
import { createHandler } from '../dist/index.js';
import { rowsState, smallState } from './copy-state.mjs';
import { defineJob } from './lib/define-job.mjs';
import { quietChannel } from './lib/make-continuation.mjs';
import { figure, roomyContext } from './lib/measure.mjs';

const executionCount = 5_000;
/** As many for either state: the first captures of an execution cost more than the later ones. */
const steps = 60;

/** What a running execution holds, without its state: all of them wait in their first step. */
async function measureMemory() {
  const gate = openGate();
  const Job = defineJob(smallState(), 1);
  const { step } = Job.prototype;
  Job.prototype.step = async function wait() {
    await gate.promise;
    await step.call(this);
  };
  const handler = createHandler(Job, { providers: quietChannel });
  const stateBytes = measureHeap(() => Array.from({ length: executionCount }, smallState));
  const start = (n) => handler({}, { ...roomyContext(), awsRequestId: `bench-${n}` });
  const before = heapUsed();
  const running = Array.from({ length: executionCount }, (_, n) => start(n));
  await new Promise((resolve) => setTimeout(resolve, 500));
  const bytes = heapUsed() - before;
  gate.resolve();
  await Promise.all(running);
  return (bytes - stateBytes) / executionCount / 1_024;
}

function openGate() {
  let resolve;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function heapUsed() {
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

function measureHeap(make) {
  const before = heapUsed();
  const made = make();
  const bytes = heapUsed() - before;
  return made.length > 0 ? bytes : 0;
}

/** CPU of a step for each KB of its state: the least of several executions. */
async function measureStep(state) {
  const handler = createHandler(defineJob(state, steps), { providers: quietChannel });
  const kilobytes = JSON.stringify(state).length / 1_024;
  let least = Infinity;
  for (let round = 0; round < 3; round += 1) {
    const before = process.cpuUsage();
    await handler({}, roomyContext());
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / steps / kilobytes);
  }
  return least;
}

const rowsOf = (count) => ({ parts: Array.from({ length: count }, () => rowsState()) });
const memoryKb = await measureMemory();
const smallUs = await measureStep(rowsOf(1));
const largeUs = await measureStep(rowsOf(115));
console.log(
  JSON.stringify({
    '5,000 executions at once: memory of each beside its state': figure(memoryKb, 'KB', 30),
    'a step of 100 KB of state, for each KB': figure(smallUs, 'µs'),
    'a step of 11 MB of state, for each KB': figure(largeUs, 'µs'),
    'the latter as a multiple of the former': figure(largeUs / smallUs, '×', 2),
  }),
);
