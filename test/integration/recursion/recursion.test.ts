import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatonClient, FileCheckpointStore } from '../../../src';
import { collect, lambdaClient, startLambda, stopAll } from '../../local/start-lambda';

jest.setTimeout(180_000);

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'baton-recursion-test-'));
});

afterEach(async () => {
  await stopAll();
  rmSync(directory, { recursive: true });
});

/** A job of forty invocations on a local Lambda that detects recursion as the setting says. */
async function deploy(recursiveLoop: 'Allow' | 'Terminate') {
  const lambda = await startLambda();
  const { arn: onFailure } = await lambda.createQueue({ name: 'failures' });
  await lambda.createFunction({
    ...{ name: 'long', code: join(__dirname, 'long-job.ts'), timeoutMs: 5_000, recursiveLoop, onFailure },
    environment: { BATON_DIRECTORY: directory, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    retryDelaysMs: [50, 50],
  });
  const client = new BatonClient({
    functionName: 'long',
    store: new FileCheckpointStore({ directory }),
    client: lambdaClient(lambda),
  });
  const logs = collect(lambda, 'log');
  const count = (message: string) => logs.filter(({ line }) => line.includes(message)).length;
  const failures = () => lambda.drainQueue(onFailure);
  return { lambda, client, count, failures };
}

const everyStepOnce = Array.from({ length: 40 }, (_, n) => n);

describe('a job of forty invocations', () => {
  it('A job of forty invocations completes when the function’s recursion setting is Allow', async () => {
    const { lambda, client, count } = await deploy('Allow');
    await client.start({ executionId: 'one' });
    await lambda.idle();
    expect(await client.result('one')).toMatchObject({
      status: 'completed',
      invocation: 40,
      result: everyStepOnce,
    });
    expect(count('recursion setting')).toBe(0);
  });

  it('A job of forty invocations is parked when the function’s recursion setting is Terminate, before AWS drops anything, and completes when it is redriven', async () => {
    const { lambda, client, count, failures } = await deploy('Terminate');
    await client.start({ executionId: 'one' });
    await lambda.idle();
    const stops: unknown[] = [];
    for (let status = await client.status('one'); status?.isParked; status = await client.status('one')) {
      stops.push([status.invocation, status.stepCount]);
      await client.redrive('one');
      await lambda.idle();
    }
    expect(stops).toEqual([
      [14, 14],
      [28, 28],
    ]);
    expect(await client.result('one')).toMatchObject({
      status: 'completed',
      invocation: 40,
      result: everyStepOnce,
    });
    expect(lambda.metric('long', 'RecursiveInvocationsDropped')).toBe(0);
    expect(count('AWS will stop this execution')).toBeGreaterThanOrEqual(1);
    expect(count('execution parked')).toBe(2);
    expect(await failures()).toHaveLength(2);
  });
});
