// What resuming costs after few and after many steps: the whole handler call, with a step that completes at once.
import { createHandler } from '../dist/index.js';
import { smallState } from './copy-state.mjs';
import { defineJob } from './lib/define-job.mjs';
import { makeContinuation, quietChannel } from './lib/make-continuation.mjs';
import { figure, median, roomyContext } from './lib/measure.mjs';

const afterFew = await measureResume(10);
const afterMany = await measureResume(10_000);

console.log(
  JSON.stringify({
    'resuming 1 KB after 10 steps': figure(afterFew, 'ms', 1),
    'resuming 1 KB after 10,000 steps': figure(afterMany, 'ms', 1),
    'after 10,000 steps as a multiple of after 10': figure(afterMany / afterFew, '×', 1.2),
  }),
);

async function measureResume(steps) {
  const continuation = await makeContinuation(steps);
  const handler = createHandler(defineJob(smallState(), steps), { providers: quietChannel });
  const resume = async () => {
    const event = JSON.parse(continuation);
    const startMs = performance.now();
    const { status } = await handler(event, roomyContext());
    if (status !== 'completed') throw new Error(status);
    return performance.now() - startMs;
  };
  for (let time = 0; time < 300; time += 1) await resume();
  return median(201, resume);
}
