// Hands over for the first time in this process, and prints how long that took, and its processor time, in ms; without a table then as often as to be warm.
// With SUDDEN the time is up with the first step, before the client is imported; else after 3 s of steps that wait.
import { createHandler, LOGGER } from '../../dist/index.js';
import { rowsState } from '../copy-state.mjs';
import { defineJob } from './define-job.mjs';
import { median } from './measure.mjs';

const isSudden = process.env.SUDDEN === '1';
const workMs = 3_000;
let stepEndMs = 0;
let stepEndCpu;
let isUp = false;
let executionCount = 0;

const Job = defineJob(rowsState(), Number.POSITIVE_INFINITY);
const step = Job.prototype.step;
Job.prototype.step = async function work() {
  await step.call(this);
  if (!isSudden) await new Promise((resolve) => setTimeout(resolve, 50));
  if (isSudden) isUp = true;
  stepEndMs = performance.now();
  stepEndCpu = process.cpuUsage();
};
const ignore = () => {};
const quiet = { debug: ignore, info: ignore, warn: ignore, error: console.error };
const handler = createHandler(Job, { providers: [{ token: LOGGER, useValue: quiet }] });

const first = await handOff();
let warm;
if (isSudden && process.env.BATON_TABLE === undefined) {
  for (let time = 0; time < 20; time += 1) await handOff();
  warm = await median(51, async () => (await handOff()).durationMs);
}
console.log(JSON.stringify({ first, warm }));
// Connections that are kept alive hold it up.
process.exit(0);

async function handOff() {
  const startMs = performance.now();
  isUp = false;
  executionCount += 1;
  const context = {
    awsRequestId: `bench-${process.pid}-${executionCount}`,
    functionName: 'bench',
    functionVersion: '1',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:bench',
    getRemainingTimeInMillis: () =>
      isSudden ? (isUp ? 59_000 : 900_000) : 60_000 + workMs - (performance.now() - startMs),
  };
  const { status } = await handler({}, context);
  if (status !== 'handed-off') throw new Error(status);
  const { user, system } = process.cpuUsage(stepEndCpu);
  return { durationMs: performance.now() - stepEndMs, processorMs: (user + system) / 1_000 };
}
