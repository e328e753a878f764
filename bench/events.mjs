// What it costs a step that somebody listens: an idle observer, metrics, traces. Where nobody but the log does, no event of a step is made.
import { createHandler, OBSERVERS } from '../dist/index.js';
import { MetricsObserver, TraceObserver } from '../dist/observe.js';
import { smallState } from './copy-state.mjs';
import { defineJob } from './lib/define-job.mjs';
import { figure, roomyContext } from './lib/measure.mjs';

const steps = 50_000;
const rounds = 7;

const lists = {
  'the log alone': [],
  'an idle observer': [{ on() {} }],
  metrics: [new MetricsObserver()],
  traces: [new TraceObserver()],
};
const handlers = Object.entries(lists).map(([name, observers]) => {
  const providers = [{ token: OBSERVERS, useValue: observers }];
  return { name, handler: createHandler(defineJob(smallState(), steps), { providers }), timesUs: [] };
});
// Processor time, one after the other in each round: what the machine does meanwhile falls on all of them alike.
for (let round = 0; round <= rounds; round += 1) {
  for (const { handler, timesUs } of handlers) {
    const before = process.cpuUsage();
    await handler({}, roomyContext());
    const { user, system } = process.cpuUsage(before);
    if (round > 0) timesUs.push((user + system) / steps);
  }
}
const [alone, idle, metrics, traces] = handlers.map(({ timesUs }) => Math.min(...timesUs));
console.log(
  JSON.stringify({
    'an empty step of 1 KB, nobody but the log listens': figure(alone, 'µs'),
    'the same with an idle observer: more per step': figure(idle - alone, 'µs', 3),
    'the same with metrics: more per step': figure(metrics - alone, 'µs', 10),
    'the same with traces, no SDK behind them: more per step': figure(traces - alone, 'µs', 10),
  }),
);
