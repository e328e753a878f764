// What it costs a step that somebody listens: an idle observer, metrics, traces. Where nobody but the log does, no event of a step is made.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createHandler, OBSERVERS } from '../dist/index.js';
import { MetricsObserver, TraceObserver } from '../dist/observe.js';
import { smallState } from './copy-state.mjs';
import { buildWithoutEvents } from './lib/build-without-events.mjs';
import { defineJob } from './lib/define-job.mjs';
import { figure, roomyContext } from './lib/measure.mjs';

const steps = 50_000;
const rounds = 7;
/** Processes for a difference that is smaller than what one of them varies by. */
const turns = 8;

const lists = {
  'the log alone': [],
  'an idle observer': [{ on() {} }],
  metrics: [new MetricsObserver()],
  traces: [new TraceObserver()],
};
const handlers = Object.values(lists).map((observers) => {
  const providers = [{ token: OBSERVERS, useValue: observers }];
  return createHandler(defineJob(smallState(), steps), { providers });
});

/** Processor time of one run after the other in each round: what the machine does meanwhile falls on all of them alike. In µs a step. */
async function measure(handlers, rounds) {
  const timesUs = handlers.map(() => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, handler] of handlers.entries()) {
      const before = process.cpuUsage();
      await handler({}, roomyContext());
      const { user, system } = process.cpuUsage(before);
      if (round > 0) timesUs[index].push((user + system) / steps);
    }
  }
  return timesUs;
}

/** An empty step of each build: the least of several processes, one build after the other. */
function timeInTurns(files) {
  const timesUs = files.map(() => []);
  const script = fileURLToPath(new URL('lib/time-steps.mjs', import.meta.url));
  for (let turn = 0; turn < turns; turn += 1)
    for (const [index, file] of files.entries())
      timesUs[index].push(
        Number(
          execFileSync(process.execPath, [script, file], { encoding: 'utf8' }).trim().split('\n').at(-1),
        ),
      );
  return timesUs.map((times) => Math.min(...times));
}

const [alone, idle, metrics, traces] = (await measure(handlers, rounds)).map((timesUs) =>
  Math.min(...timesUs),
);
const { withEvents, without } = await buildWithoutEvents();
const [told, untold] = timeInTurns([withEvents, without]);
console.log(
  JSON.stringify({
    'an empty step of 1 KB, nobody but the log listens': figure(alone, 'µs'),
    'the same beside a build that has no events: more per step': figure(100 * (told / untold - 1), '%', 3),
    'the same with an idle observer: more per step': figure(idle - alone, 'µs', 3),
    'the same with metrics: more per step': figure(metrics - alone, 'µs', 10),
    'the same with traces, no SDK behind them: more per step': figure(traces - alone, 'µs', 10),
  }),
);
