import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatonClient, FileCheckpointStore } from 'lambda-baton';
import { LocalLambda } from 'lambda-baton/local';

/** What a story is disturbed by: invocations are killed, events come twice, answers get lost, calls are refused. */
const chaos = { crash: 0.2, duplicate: 0.2, 'lost-reply': 0.1, throttle: 0.2 };
/** The time-out that jobs are written for: their safe windows shrink in proportion. */
const designedForMs = 900_000;
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
  isChaotic,
  seed = 1,
  ...more
}) {
  const directory = mkdtempSync(join(tmpdir(), 'baton-story-'));
  const lambda = await LocalLambda.start({ seed, ...(isChaotic && { faults: chaos }) });
  const seen = watch(lambda);
  const { arn: dead } = await lambda.createQueue({ name: 'failed' });
  const queue = await lambda.createQueue({
    name: 'job',
    visibilityTimeoutMs: timeoutMs + 1_000,
    deadLetterQueue: { arn: dead, maxReceiveCount: 20 },
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
      BATON_DIRECTORY: directory,
      BATON_QUEUE_URL: queue.url,
      BATON_RETRY_AFTER_MS: String(retryAfterMs),
      BATON_SCALE_TIME: String(timeoutMs / designedForMs),
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
    await lambda.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  const client = new BatonClient({ store: new FileCheckpointStore({ directory }) });
  return { lambda, queue, directory, client, seen, stop };
}

/** Starts one execution and waits for its end. @returns what was seen of it */
export async function runJob({ event, ...options }) {
  const { lambda, client, seen, stop } = await deployJob(options);
  try {
    const startedAt = Date.now();
    await lambda.invoke({ functionName: 'job', invocationType: 'Event', payload: event });
    await lambda.idle({ withDelayed: true });
    return { ...seen, wallMs: Date.now() - startedAt, results: await readResults(client) };
  } finally {
    await stop();
  }
}

/** What every completed execution has answered, by its id. */
export async function readResults(client) {
  const completed = await client.list({ status: 'completed', limit: 1_000 });
  const results = await Promise.all(completed.map(({ executionId }) => client.result(executionId)));
  return new Map(results.map(({ executionId, result }) => [executionId, result]));
}

/** Counts what a table shows. */
function watch(lambda) {
  const seen = {
    invocationCount: 0,
    interruptionCount: 0,
    duplicateCount: 0,
    maxMemoryMb: 0,
    failures: [],
    faults: {},
    log: [],
  };
  lambda.on('invocation-end', ({ reason, maxMemoryMb }) => {
    seen.invocationCount += 1;
    if (reason !== 'ok' && reason !== 'error') seen.interruptionCount += 1;
    seen.maxMemoryMb = Math.max(seen.maxMemoryMb, maxMemoryMb);
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
