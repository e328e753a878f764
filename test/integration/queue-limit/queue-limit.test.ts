import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatonClient, FileCheckpointStore } from '../../../src';
import type { RequestHook } from '../../../src/local';
import { collect, lambdaClient, startLambda, stopAll } from '../../local/start-lambda';

jest.setTimeout(180_000);

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'baton-queue-limit-test-'));
});

afterEach(async () => {
  await stopAll();
  rmSync(directory, { recursive: true });
});

/** The job behind a queue as Terraform makes it: of 262,144 bytes a message. */
async function deploy(store: object) {
  const requests: number[] = [];
  const onRequest: RequestHook = ({ operation, body }) => {
    if (operation === 'SendMessage') requests.push(body.length);
    return undefined;
  };
  const lambda = await startLambda({ onRequest });
  const { arn: queueArn, url } = await lambda.createQueue({
    name: 'jobs',
    visibilityTimeoutMs: 6_000,
    maximumMessageBytes: 262_144,
  });
  await lambda.createFunction({
    ...{
      name: 'cargo',
      code: join(__dirname, 'cargo-job.ts'),
      timeoutMs: 3_000,
      recursiveLoop: 'Allow',
      maximumRetryAttempts: 0,
    },
    environment: { ...store, BATON_QUEUE_URL: url, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  });
  lambda.addEventSourceMapping({
    functionName: 'cargo',
    queueArn,
    batchSize: 1,
    reportBatchItemFailures: true,
  });
  const logs = collect(lambda, 'log');
  const find = (message: string) =>
    logs.flatMap(({ line }) => (line.includes(`"${message}"`) ? [JSON.parse(line)] : []));
  const client = new BatonClient({
    functionName: 'cargo',
    store: new FileCheckpointStore({ directory }),
    client: lambdaClient(lambda),
  });
  return { lambda, client, find, messages: collect(lambda, 'message'), requests };
}

const cargo = randomBytes(750_000).toString('base64');

describe('a queue whose own maximum is 262,144 bytes', () => {
  it('A queue whose own maximum is 262,144 bytes takes an execution with 800 KB on board through a wait: what it is asked to hold back is a look', async () => {
    const { lambda, client, find, messages, requests } = await deploy({ BATON_DIRECTORY: directory });
    for (const executionId of ['one', 'two']) {
      await client.start({ executionId, input: { cargo: cargo.slice(0, 400_000) } });
      await lambda.idle();
      const { status, result } = (await client.result(executionId)) ?? {};
      expect([status, result === cargo.slice(0, 400_000)]).toEqual(['completed', true]);
    }
    expect(messages.map(({ bytes }) => bytes < 1_500)).toEqual([true, true]);
    expect(requests.map((bytes) => bytes > 1_500)).toEqual([false, false]);
    expect(find('channel failed')).toEqual([]);
    expect(find('handed off')).toMatchObject([
      { channel: 'sqs', bytes: expect.any(Number) },
      { channel: 'sqs' },
    ]);
  });

  it('A queue whose own maximum is 262,144 bytes takes an execution that was started with an event of 1 MB', async () => {
    const { lambda, client, messages } = await deploy({ BATON_DIRECTORY: directory });
    await client.start({ executionId: 'one', input: { cargo } });
    await lambda.idle();
    expect(((await client.result('one'))?.result as string) === cargo).toBe(true);
    expect(messages.map(({ bytes }) => bytes < 1_500)).toEqual([true]);
  });

  it('A queue whose own maximum is 262,144 bytes ends an execution that does not fit it, where there is no store, by an error that names the biggest field', async () => {
    const { lambda, find, messages } = await deploy({});
    await lambda.invoke({
      functionName: 'cargo',
      invocationType: 'Event',
      payload: { cargo: cargo.slice(0, 200_000) },
    });
    await lambda.idle();
    expect(messages).toEqual([]);
    expect(find('execution failed')).toMatchObject([
      {
        error: {
          code: 'STATE_TOO_LARGE',
          message: expect.stringMatching(/the largest that can be sent is 262144; its biggest part is/),
        },
      },
    ]);
  });
});
