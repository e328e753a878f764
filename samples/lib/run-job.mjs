import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { BatonClient, DynamoDbCheckpointStore, FileCheckpointStore } from 'lambda-baton';
import { LocalLambda } from 'lambda-baton/local';
import { makeRandom } from './make-random.mjs';

/** What a story is disturbed by: events come twice, answers get lost, calls are refused. */
const faults = { duplicate: 0.2, 'lost-reply': 0.1, throttle: 0.2 };
/** The time-outs of jobs are a fraction of what they were written for, and so are their safe windows. */
const scale = 1 / 60;
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
/** What a duplicate or a retry is told by: longer than two deliveries of one event are apart. */
const retryAfterMs = 500;

/**
 * Deploys a job to a local Lambda: AWS's runtime client in child processes, the AWS SDK, a queue, and executions in a directory.
 *
 * @returns the Lambda, and what has been seen so far
 */
export async function deployJob({
  job,
  timeoutMs,
  memoryMb = 256,
  environment = {},
  dynamoDb,
  isChaotic,
  seed = 1,
  ...more
}) {
  const directory = mkdtempSync(join(tmpdir(), 'baton-story-'));
  const lambda = await LocalLambda.start({
    seed,
    ...(isChaotic && { faults, onInvocation: killSome(seed, timeoutMs) }),
  });
  const seen = watch(lambda);
  const { arn: dead } = await lambda.createQueue({ name: 'failed' });
  const queue = await lambda.createQueue({
    name: 'job',
    visibilityTimeoutMs: timeoutMs + 100,
    deadLetterQueue: { arn: dead, maxReceiveCount: 4 },
  });
  await lambda.createFunction({
    name: 'job',
    code: job,
    timeoutMs,
    memoryMb,
    recursiveLoop: 'Allow',
    retryDelaysMs: [retryAfterMs * 2, retryAfterMs * 4],
    environment: {
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      ...(environment.BATON_TABLE === undefined && { BATON_DIRECTORY: directory }),
      BATON_QUEUE_URL: queue.url,
      BATON_RETRY_AFTER_MS: String(retryAfterMs),
      BATON_SCALE_TIME: String(scale),
      ...environment,
    },
    ...more,
  });
  lambda.addEventSourceMapping({
    functionName: 'job',
    queueArn: queue.arn,
    batchSize: 1,
    reportBatchItemFailures: true,
  });
  const stop = async () => {
    sender.destroy();
    await lambda.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  const { endpoint, region } = lambda;
  const sender = new LambdaClient({ endpoint, region, credentials, maxAttempts: 10 });
  const store = environment.BATON_TABLE
    ? new DynamoDbCheckpointStore({ tableName: environment.BATON_TABLE, client: dynamoDb })
    : new FileCheckpointStore({ directory });
  const client = new BatonClient({ store, functionName: 'job', client: sender });
  return { lambda, queue, directory, client, seen, stop };
}

/** Starts one execution, or several, and waits for the end of all. @returns what was seen of them */
export async function runJob({ event, events = [event], ...options }) {
  const deployment = await deployJob(options);
  const { lambda, seen, stop } = deployment;
  try {
    const startedAt = Date.now();
    for (const payload of events)
      await lambda.invoke({ functionName: 'job', invocationType: 'Event', payload });
    const results = await settle(deployment, options.timeoutMs);
    return { ...seen, wallMs: Date.now() - startedAt, results };
  } finally {
    await stop();
  }
}

/**
 * Waits until nothing runs, and sends on what will not be retried, as the sweeper of a deployment does every few minutes.
 *
 * @param withDelayed - whether messages that come later are waited for: not where a time-out of a day is on its way
 * @returns what every completed execution has answered, by its id
 */
export async function settle({ lambda, client }, timeoutMs, { withDelayed = true } = {}) {
  await lambda.idle({ withDelayed });
  for (let round = 0; round < 10 && (await isAnyLive(client)); round++) {
    await sleep(timeoutMs);
    await client.sweep({ graceMs: 0 });
    await lambda.idle({ withDelayed });
  }
  const completed = await client.list({ status: 'completed', limit: 1_000 });
  const results = await Promise.all(completed.map(({ executionId }) => client.result(executionId)));
  return new Map(results.map(({ executionId, result }) => [executionId, result]));
}

async function isAnyLive(client) {
  const lists = await Promise.all(['running', 'waiting'].map((status) => client.list({ status })));
  return lists.some(({ length }) => length > 0);
}

/**
 * Kills an event in three at a random moment, more often an early one. What follows the death of an execution is left alone: deaths
 * in a row at one place end an execution, as they should.
 */
function killSome(seed, timeoutMs) {
  const random = makeRandom(seed);
  let sinceDeath = 2;
  const sinceOwnDeath = new Map();
  return ({ attempt, payload }) => {
    const [, execution] = /executionId\\*":\\*"([^"\\]+)/.exec(payload) ?? [];
    const since = (sinceOwnDeath.get(execution) ?? 2) + 1;
    sinceOwnDeath.set(execution, since);
    sinceDeath += 1;
    if (attempt > 1 || sinceDeath < 3 || since < 3) return undefined;
    sinceDeath = 0;
    sinceOwnDeath.set(execution, 0);
    return { kind: 'crash', afterMs: Math.round(timeoutMs ** random()) };
  };
}

/** Counts what a table shows. */
function watch(lambda) {
  const seen = {
    invocationCount: 0,
    interruptionCount: 0,
    duplicateCount: 0,
    maxMemoryMb: 0,
    memoryMb: [],
    failures: [],
    faults: {},
    log: [],
  };
  lambda.on('invocation-end', ({ reason, maxMemoryMb }) => {
    seen.invocationCount += 1;
    if (reason !== 'ok' && reason !== 'error') seen.interruptionCount += 1;
    seen.maxMemoryMb = Math.max(seen.maxMemoryMb, maxMemoryMb);
    seen.memoryMb.push(maxMemoryMb);
  });
  lambda.on('fault', ({ kind }) => {
    seen.faults[kind] = (seen.faults[kind] ?? 0) + 1;
  });
  lambda.on('dropped', ({ reason }) => seen.failures.push(`an event was dropped: ${reason}`));
  lambda.on('log', ({ line }) => {
    seen.log.push(line);
    readLine(line, seen);
  });
  return seen;
}

function readLine(line, seen) {
  const fields = parse(line);
  const event = fields?.event ?? fields?.message;
  if (event === 'execution.failed' || event === 'execution failed')
    seen.failures.push(`${fields.executionId} failed: ${fields.error?.message}`);
  if (event === 'duplicate.dropped' || event === 'delivery answered from the store') seen.duplicateCount += 1;
  if (event === 'execution.superseded') seen.duplicateCount += 1;
}

function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
