// The same steps on this library and on AWS's own durable functions SDK, each over its real client to a server on loopback:
// what a step costs, and what resuming costs after few and after many steps.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import { CHECKPOINT_STORE, createHandler, FileCheckpointStore } from '../dist/index.js';
import { smallState } from './copy-state.mjs';
import { defineJob } from './lib/define-job.mjs';
import { drawChart } from './lib/draw-chart.mjs';
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
const curves = { durableResume: [], durableStep: [], oursResume: [], oursStep: [] };
// Once before anything is measured: the first call of each loads and compiles.
for (let time = 0; time < 5; time += 1) await writeHistory(100);
await runOurs(100);
for (const steps of [10, 100, 1_000, 10_000]) {
  const written = await writeHistory(steps);
  if (steps === 1_000)
    figures['durable functions: a step of 1 KB, its checkpoint to loopback included'] = figure(
      written / steps,
      'ms',
    );
  const durableMs = await median(steps > 1_000 ? 3 : 11, () => resumeDurable(steps));
  const ours = await makeContinuation(steps);
  const oursMs = await median(51, () => resumeOurs(ours, steps));
  curves.durableResume.push([steps, durableMs]);
  curves.durableStep.push([steps, written / steps]);
  curves.oursResume.push([steps, oursMs]);
  curves.oursStep.push([steps, (await median(3, () => runOurs(steps))) / steps]);
  if (steps === 10) continue;
  const after = `resuming after ${steps.toLocaleString('en')} steps`;
  figures[`durable functions: ${after}`] = figure(durableMs, 'ms');
  figures[`lambda-baton: ${after}`] = figure(oursMs, 'ms', 1);
}
drawCurves();
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

/** An execution of that many steps with a checkpoint after each, to files. @returns how long it took, in milliseconds */
async function runOurs(steps) {
  const directory = mkdtempSync(join(tmpdir(), 'bench-'));
  const store = { token: CHECKPOINT_STORE, useValue: new FileCheckpointStore({ directory }) };
  const handler = createHandler(defineJob(smallState(), steps), { providers: [...quietChannel, store] });
  try {
    const startMs = performance.now();
    await handler({}, roomyContext());
    return performance.now() - startMs;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function drawCurves() {
  const [blue, orange] = ['#3b82f6', '#e8710a'];
  const chart = drawChart({
    title: 'Resume, and a stored step, by the steps that are done',
    xLabel: 'steps',
    yLabel: 'ms',
    series: [
      { name: 'resume: durable functions', colour: orange, points: curves.durableResume },
      { name: 'resume: lambda-baton', colour: blue, points: curves.oursResume },
      {
        name: 'step: durable functions, loopback',
        colour: orange,
        points: curves.durableStep,
        isDashed: true,
      },
      { name: 'step: lambda-baton, to files', colour: blue, points: curves.oursStep, isDashed: true },
    ],
  });
  mkdirSync(new URL('results/', import.meta.url), { recursive: true });
  writeFileSync(new URL('results/durable-functions.svg', import.meta.url), chart);
}
