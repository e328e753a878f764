import { join } from 'node:path';
import { deployJob, settle } from '../lib/run-job.mjs';
import { startDynamoDb } from '../lib/start-dynamodb.mjs';

const month = '2026-11';

/** Tenants with a month of readings, and a third of them for each trigger. `scale` 1 is 36. */
export async function prepare({ scale }) {
  const tenants = Array.from({ length: Math.round(36 * scale) }, (_, number) => `tenant-${number}`);
  const dynamoDb = await startDynamoDb();
  await dynamoDb.createTable('readings', 'tenant', 'day');
  await dynamoDb.createTable('invoices', 'id');
  await dynamoDb.createTable('executions', 'pk', 'sk');
  const readings = tenants.flatMap((tenant, number) =>
    Array.from({ length: 1 + (number % 30) }, (_, day) => ({
      tenant,
      day: `${month}-${String(day + 1).padStart(2, '0')}`,
      units: (number + 1) * (day + 1),
    })),
  );
  await dynamoDb.put('readings', readings);
  const environment = {
    ...dynamoDb.environment,
    BATON_TABLE: 'executions',
    READINGS_TABLE: 'readings',
    INVOICES_TABLE: 'invoices',
  };
  return {
    job: join(import.meta.dirname, 'job.ts'),
    timeoutMs: 4_000,
    environment,
    tenants,
    dynamoDb,
    itemCount: tenants.length,
    findDifferences: async ({ problems, results }) => [
      ...problems,
      ...compare(tenants, readings, await dynamoDb.read('invoices'), results.size),
    ],
    stop: dynamoDb.stop,
  };
}

/** Starts a third by HTTP, a third by schedules and a third by a queue, all at once, and most of them twice. */
export async function run({ tenants, dynamoDb, ...options }) {
  const deployment = await deployJob({ ...options, reservedConcurrency: 4, dynamoDb: dynamoDb.client });
  const { lambda, queue, seen, stop } = deployment;
  try {
    const startedAt = Date.now();
    await lambda.createFunction({
      name: 'front',
      code: join(import.meta.dirname, 'http.ts'),
      timeoutMs: 10_000,
      environment: { ...options.environment, JOB_FUNCTION: 'job' },
    });
    const parts = [0, 1, 2].map((part) => tenants.filter((_, number) => number % 3 === part));
    const problems = await callTwice(lambda, parts[0]);
    for (const tenant of parts[1]) await fireTwice(lambda, tenant);
    for (const tenant of parts[2]) lambda.sendMessage(queue.arn, JSON.stringify({ tenant, month }));
    const results = await settle(deployment, options.timeoutMs);
    for (const tenant of parts[0]) problems.push(...(await checkStatus(lambda, tenant)));
    problems.push(...(await misuseKey(lambda, parts[0][0])));
    return { ...seen, wallMs: Date.now() - startedAt, results, problems };
  } finally {
    await stop();
  }
}

/** Users who press the button twice. */
async function callTwice(lambda, tenants) {
  const problems = [];
  for (const tenant of tenants) {
    const post = (body) => call(lambda, 'POST', '/invoices', body, `${tenant}-${month}`);
    const [one, other] = [await post({ tenant, month }), await post({ tenant, month })];
    if (one.statusCode !== 202 || one.body !== other.body)
      problems.push(`${tenant}: ${one.body} and ${other.body}`);
  }
  return problems;
}

async function checkStatus(lambda, tenant) {
  const { body } = await call(lambda, 'GET', `/invoices/${tenant}-${month}`);
  return JSON.parse(body).status === 'completed' ? [] : [`${tenant} by its status URL: ${body}`];
}

/** The key of an invoice, sent for another one. */
async function misuseKey(lambda, tenant) {
  const input = { tenant: 'other', month };
  const { statusCode } = await call(lambda, 'POST', '/invoices', input, `${tenant}-${month}`);
  return statusCode === 409 ? [] : [`a key for something else: ${statusCode}`];
}

/** What a function URL does: it invokes the function, and its answer is the response. Throttled, a caller asks again. */
async function call(lambda, method, rawPath, body, key) {
  const request = { rawPath, requestContext: { http: { method } }, headers: { 'idempotency-key': key } };
  const payload = { ...request, ...(body && { body: JSON.stringify(body) }) };
  for (let count = 1; ; count++) {
    const { payload: answer, functionError } = await lambda.invoke({ functionName: 'front', payload });
    if (functionError === undefined) return answer;
    if (count === 10) throw new Error(`${method} ${rawPath}: ${JSON.stringify(answer)}`);
  }
}

/** EventBridge delivers at least once: the same event, now and then, comes again. */
async function fireTwice(lambda, tenant) {
  const start = { tenant, month };
  const payload = {
    lambdaBaton: { v: 1, start: { executionId: `schedule-${tenant}-${month}`, input: start } },
  };
  for (const _ of [1, 2]) await lambda.invoke({ functionName: 'job', invocationType: 'Event', payload });
}

function compare(tenants, readings, invoices, executionCount) {
  const differences =
    executionCount === tenants.length ? [] : [`${executionCount} executions for ${tenants.length}`];
  const units = new Map(invoices.map(({ id, units }) => [id.S, Number(units.N)]));
  for (const tenant of tenants) {
    const sum = readings.reduce(
      (total, reading) => total + (reading.tenant === tenant ? reading.units : 0),
      0,
    );
    const invoiced = units.get(`${tenant} ${month}`);
    if (invoiced !== sum) differences.push(`${tenant}: ${invoiced} instead of ${sum} units`);
  }
  return differences;
}
