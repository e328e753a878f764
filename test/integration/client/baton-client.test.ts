import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BatonClient, type ExecutionDescription, FileCheckpointStore } from '../../../src';
import type { LocalLambda } from '../../../src/local';
import { readPrinted } from '../../cli/read-printed';
import { collect, lambdaClient, startLambda, stopAll } from '../../local/start-lambda';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-client-test-'));
});

afterEach(async () => {
  await stopAll();
  rmSync(folder, { recursive: true });
});

/** The job on a local Lambda of 1 s, over a file store; a client that reaches both as it would on AWS. */
async function deploy() {
  const [directory, ledger] = [join(folder, 'executions'), join(folder, 'ledger')];
  const lambda = await startLambda();
  await lambda.createFunction({
    name: 'book',
    code: join(__dirname, 'fixtures/ledger-job.ts'),
    timeoutMs: 1_000,
    environment: {
      BATON_DIRECTORY: directory,
      LEDGER_FILE: ledger,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
    retryDelaysMs: [50, 50],
  });
  const client = new BatonClient({
    functionName: 'book',
    store: new FileCheckpointStore({ directory }),
    client: lambdaClient(lambda),
  });
  return { lambda, client, directory, openLedger: () => writeFileSync(ledger, '') };
}

/** Waits until an execution stands as it should. */
async function waitFor(
  client: BatonClient,
  id: string,
  isThere: (status: ExecutionDescription) => boolean,
): Promise<ExecutionDescription> {
  for (;;) {
    const status = await client.status(id);
    if (status !== undefined && isThere(status)) return status;
    if (status !== undefined && ended.has(status.status))
      throw new Error(`The execution has ended: ${JSON.stringify(status)}`);
    await sleep(20);
  }
}

/** The statuses that no execution leaves by itself. */
const ended = new Set(['cancelled', 'completed', 'failed']);

const lines = (lambda: LocalLambda) => collect(lambda, 'log');

describe('BatonClient, over the wire', () => {
  it('BatonClient, over the wire, cancels an execution in mid-run, in whatever invocation it is', async () => {
    const { lambda, client, openLedger } = await deploy();
    openLedger();
    const logs = lines(lambda);
    await client.start({ executionId: 'one' });
    await waitFor(client, 'one', ({ invocation }) => invocation >= 2);
    expect(await client.cancel('one')).toMatchObject({ kind: 'requested' });
    const { stepCount } = await waitFor(client, 'one', ({ status }) => status === 'cancelled');
    expect(stepCount).toBeLessThan(20);
    await lambda.idle();
    expect(logs.filter(({ line }) => line.includes('told to stop'))).toHaveLength(1);
    expect(await client.result('one')).toMatchObject({ status: 'cancelled' });
    await expect(client.redrive('one')).rejects.toMatchObject({ code: 'REDRIVE_REFUSED' });
  });

  it('BatonClient, over the wire, redrives a failed execution when its cause is fixed, and every step is done once', async () => {
    const { lambda, client, openLedger } = await deploy();
    await client.start({ executionId: 'one', input: { year: 2026 } });
    const failed = await waitFor(client, 'one', ({ status }) => status === 'failed');
    expect(failed).toMatchObject({
      stepCount: 10,
      error: { name: 'TerminalError', message: 'There is no ledger.' },
    });
    await lambda.idle();
    openLedger();
    expect(await client.redrive('one')).toEqual({ executionId: 'one', invocation: failed.invocation + 1 });
    await waitFor(client, 'one', ({ status }) => status === 'completed');
    expect(await client.result('one')).toMatchObject({
      status: 'completed',
      result: { booked: Array.from({ length: 20 }, (_, n) => n) },
    });
    expect(await client.start({ executionId: 'one', input: { year: 2026 } })).toMatchObject({ isNew: false });
    await expect(client.start({ executionId: 'one', input: { year: 2027 } })).rejects.toMatchObject({
      code: 'EXECUTION_CONFLICT',
    });
  });

  it('BatonClient, over the wire, finds what the command line has started, and the other way round', async () => {
    const { lambda, client, directory, openLedger } = await deploy();
    openLedger();
    const saved = { ...process.env };
    Object.assign(process.env, { AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint, AWS_REGION: lambda.region });
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'outside', AWS_SECRET_ACCESS_KEY: 'outside' });
    try {
      expect(await readPrinted(['start', 'book', '--id', 'one', '--directory', directory])).toMatchObject({
        exitCode: 0,
      });
      await waitFor(client, 'one', ({ status }) => status === 'completed');
      const { stdout } = await readPrinted(['result', 'one', '--directory', directory]);
      expect(JSON.parse(stdout).booked).toHaveLength(20);
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
    }
  });
});
