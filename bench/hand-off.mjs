// From the first safe point inside the safe window to the accepted continuation, with 100 KB of state and the real Lambda client on loopback.
import { createServer } from 'node:http';
import { createHandler, LOGGER } from '../dist/index.js';
import { rowsState } from './copy-state.mjs';
import { defineJob } from './lib/define-job.mjs';
import { figure, median } from './lib/measure.mjs';

const server = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(202).end());
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
Object.assign(process.env, {
  AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${server.address().port}`,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
});

const handler = createHandler(defineJob(rowsState(), Number.POSITIVE_INFINITY), {
  providers: [{ token: LOGGER, useValue: timeHandOffs() }],
});
const cold = await handOff();
for (let time = 0; time < 20; time += 1) await handOff();
const warm = await median(51, handOff);
server.close();
server.closeAllConnections();
console.log(
  JSON.stringify({
    'hand-off of 100 KB, cold client': figure(cold, 'ms', 100),
    'hand-off of 100 KB, warm client': figure(warm, 'ms', 10),
  }),
);

/** Runs an invocation whose time is up after a few looks at the clock, and says how long its hand-off took. */
async function handOff() {
  let looks = 0;
  let upMs;
  const getRemainingTimeInMillis = () => {
    looks += 1;
    if (looks < 8) return 900_000;
    upMs ??= performance.now();
    return 59_000;
  };
  const context = {
    awsRequestId: 'bench',
    functionName: 'bench',
    functionVersion: '1',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:bench',
    getRemainingTimeInMillis,
  };
  const { status } = await handler({}, context);
  if (status !== 'handed-off') throw new Error(status);
  return performance.now() - upMs;
}

function timeHandOffs() {
  const ignore = () => {};
  return { debug: ignore, info: ignore, warn: ignore, error: console.error };
}
