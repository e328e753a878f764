// What a step costs over a bare async loop, beside one JSON.stringify of its state, and whether that stays so for a million steps.
import { createHandler } from '../dist/index.js';
import { rowsState, smallState } from './copy-state.mjs';
import { defineJob } from './lib/define-job.mjs';
import { quietChannel } from './lib/make-continuation.mjs';
import { figure, roomyContext } from './lib/measure.mjs';

const small = await measureSteps(smallState(), 100_000);
const large = await measureSteps(rowsState(), 1_500);
const million = await measureMillion();

console.log(
  JSON.stringify({
    'empty step, 1 KB of state, over a bare async loop': figure(small.stepUs - small.bareUs, 'µs', 6),
    'one JSON.stringify of that 1 KB': figure(small.stringifyUs, 'µs'),
    'the same step as a multiple of that JSON.stringify': figure(
      (small.stepUs - small.bareUs) / small.stringifyUs,
      '×',
      0.5,
    ),
    'empty step, 100 KB of state, as a multiple of one JSON.stringify of it': figure(
      (large.stepUs - large.bareUs) / large.stringifyUs,
      '×',
      0.12,
    ),
    'a million steps: the last tenth as a multiple of the first': figure(million.ratio, '×', 1.2),
    'a million steps: growth of the heap after collection': figure(million.grownKb, 'KB', 1_000),
  }),
);

/** The least of seven rounds of each, taken in turns: noise only ever adds. */
async function measureSteps(state, steps) {
  const handler = createHandler(defineJob(state, steps));
  const tasks = {
    stepUs: () => handler({}, roomyContext()),
    bareUs: () => runBare(steps),
    stringifyUs: () => stringify(state, steps),
  };
  await tasks.stepUs();
  const least = { stepUs: Infinity, bareUs: Infinity, stringifyUs: Infinity };
  for (let round = 0; round < 7; round += 1)
    for (const [name, task] of Object.entries(tasks))
      least[name] = Math.min(least[name], await timeUs(steps, task));
  return least;
}

async function runBare(steps) {
  const job = { n: 0, step: async () => {} };
  for (job.n = 0; job.n < steps; job.n += 1) await job.step();
}

function stringify(state, times) {
  for (let time = 0; time < times; time += 1) JSON.stringify(state);
}

/** Processor time: these tasks wait for nothing, and the machine may have other work. */
async function timeUs(count, task) {
  const before = process.cpuUsage();
  await task();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

async function measureMillion() {
  const steps = 1_000_000;
  const marks = [];
  const heaps = [];
  const Job = defineJob(smallState(), steps);
  const isDone = Job.prototype.isDone;
  Job.prototype.isDone = function watch() {
    if (this.n % (steps / 10) === 0) {
      marks.push(performance.now());
      globalThis.gc();
      heaps.push(process.memoryUsage().heapUsed);
      marks.push(performance.now());
    }
    return isDone.call(this);
  };
  // Not with the default channel, whose SDK is loaded after two seconds and stays.
  await createHandler(Job, { providers: quietChannel })({}, roomyContext());
  const tenths = Array.from({ length: 10 }, (_, index) => marks[2 * index + 2] - marks[2 * index + 1]);
  return { ratio: tenths.at(-1) / tenths[1], grownKb: (heaps.at(-1) - heaps[1]) / 1_024 };
}
