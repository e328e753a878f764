// The same steps on this library and on AWS's own durable functions SDK, each over its real client to a server on loopback:
// what a step costs, and what resuming costs after few and after many steps.
import { createServer } from 'node:http';
import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import { createHandler } from '../dist/index.js';
import { smallState } from './copy-state.mjs';
import { defineJob } from './lib/define-job.mjs';
import { makeContinuation, quietChannel } from './lib/make-continuation.mjs';
import { figure, median, roomyContext } from './lib/measure.mjs';

/** Operations in one page of a durable execution's history. */
const pageLength = 1_000;
const arn = 'arn:aws:lambda:us-east-1:123456789012:function:bench:1/durable-execution/bench/1';
const payload = JSON.stringify(smallState());

const operations = new Map();
const server = createServer(answer);
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
Object.assign(process.env, {
  AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${server.address().port}`,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
});

const figures = {};
for (const steps of [100, 1_000, 10_000]) {
  const written = await writeHistory(steps);
  if (steps === 1_000)
    figures['durable functions: a step of 1 KB, its checkpoint to loopback included'] = figure(
      written / steps,
      'ms',
    );
  const durableMs = await median(steps > 1_000 ? 3 : 11, () => resumeDurable(steps));
  const ours = await makeContinuation(steps);
  const oursMs = await median(51, () => resumeOurs(ours, steps));
  const after = `resuming after ${steps.toLocaleString('en')} steps`;
  figures[`durable functions: ${after}`] = figure(durableMs, 'ms');
  figures[`lambda-baton: ${after}`] = figure(oursMs, 'ms', 1);
}
server.close();
server.closeAllConnections();
console.log(JSON.stringify(figures));

/** Runs an execution of that many steps from its start, and keeps its history. @returns how long it took, in milliseconds */
async function writeHistory(steps) {
  operations.clear();
  const startMs = performance.now();
  await runDurable(steps);
  return performance.now() - startMs;
}

async function resumeDurable(steps) {
  const startMs = performance.now();
  await runDurable(steps);
  return performance.now() - startMs;
}

/** One invocation of a durable function whose steps are done as far as its history says. */
async function runDurable(steps) {
  const handler = withDurableExecution(async (_event, context) => {
    context.configureLogger?.({ customLogger: { debug() {}, info() {}, warn() {}, error() {}, log() {} } });
    for (let n = 0; n < steps; n += 1) await context.step(`step-${n}`, async () => payload);
    return 'done';
  });
  const { Operations, NextMarker } = readPage(0);
  const execution = {
    Id: 'execution',
    Type: 'EXECUTION',
    Status: 'STARTED',
    StartTimestamp: new Date().toISOString(),
    ExecutionDetails: { InputPayload: '{}' },
  };
  const event = {
    DurableExecutionArn: arn,
    CheckpointToken: 'token',
    InitialExecutionState: { Operations: [execution, ...Operations], NextMarker },
  };
  const { Status } = await handler(event, { ...roomyContext(), getRemainingTimeInMillis: () => 900_000 });
  if (Status !== 'SUCCEEDED') throw new Error(`The durable function ended as ${Status}.`);
}

/** The two operations of the service that the SDK calls. */
function answer(request, response) {
  let body = '';
  request.setEncoding('utf8').on('data', (part) => {
    body += part;
  });
  request.on('end', () => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    if (pathname.endsWith('/checkpoint'))
      return reply(response, {
        CheckpointToken: 'token',
        NewExecutionState: { Operations: keep(JSON.parse(body)) },
      });
    if (pathname.endsWith('/state'))
      return reply(response, readPage(Number(searchParams.get('Marker') ?? 0)));
    response.writeHead(404).end();
  });
}

function keep({ Updates = [] }) {
  return Updates.map(({ Id, ParentId, Name, Type, SubType, Action, Payload }) => {
    const status = { START: 'STARTED', SUCCEED: 'SUCCEEDED', FAIL: 'FAILED' }[Action] ?? 'STARTED';
    const operation = {
      Id,
      ParentId,
      Name,
      Type,
      SubType,
      Status: status,
      StartTimestamp: 1_800_000_000,
      StepDetails: { Attempt: 1, Result: Payload },
    };
    operations.set(Id, operation);
    return operation;
  });
}

function readPage(from) {
  const all = [...operations.values()];
  const NextMarker = from + pageLength < all.length ? String(from + pageLength) : undefined;
  return { Operations: all.slice(from, from + pageLength), NextMarker };
}

function reply(response, document) {
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(document));
}

async function resumeOurs(continuation, steps) {
  const handler = createHandler(defineJob(smallState(), steps), { providers: quietChannel });
  const event = JSON.parse(continuation);
  const startMs = performance.now();
  const { status } = await handler(event, roomyContext());
  if (status !== 'completed') throw new Error(status);
  return performance.now() - startMs;
}
