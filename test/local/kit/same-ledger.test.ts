import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JobTestEnvironment, MemoryCheckpointStore } from '../../../src/testing';
import { startLambda, stopAll } from '../start-lambda';
import { LEDGER, LedgerJob } from './ledger-job';

const timeoutMs = 4_000;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-ledger-'));
});
afterEach(stopAll);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Recursion = 'allow' | 'terminate';

/** What the job writes on the local Lambda: real processes, the real AWS SDK, real time. */
async function runOnLocalLambda(rounds: number, recursion: Recursion): Promise<string[]> {
  const file = join(folder, `ledger-${rounds}`);
  const lambda = await startLambda();
  const queue = await lambda.createQueue({ name: 'continuations' });
  await lambda.createFunction({
    name: 'job',
    code: join(__dirname, 'ledger-job.ts'),
    timeoutMs,
    recursiveLoop: recursion === 'allow' ? 'Allow' : 'Terminate',
    environment: {
      BATON_QUEUE_URL: queue.url,
      LEDGER_FILE: file,
      BATON_DIRECTORY: join(folder, `store-${rounds}`),
    },
  });
  lambda.addEventSourceMapping({
    functionName: 'job',
    queueArn: queue.arn,
    batchSize: 1,
    reportBatchItemFailures: true,
  });
  const start = { executionId: 'execution-1', input: { rounds } };
  await lambda.invoke({
    functionName: 'job',
    invocationType: 'Event',
    payload: { lambdaBaton: { v: 1, start } },
  });
  await lambda.idle();
  return readFileSync(file, 'utf8').trimEnd().split('\n');
}

/** What it writes in the kit. */
async function runInKit(rounds: number, recursion: Recursion): Promise<string[]> {
  const lines: string[] = [];
  const ledger = {
    write: (line: string) => void lines.push(line),
    sleep: (ms: number) => env.timer.sleep(ms),
  };
  const env = JobTestEnvironment.create(LedgerJob, {
    input: { rounds },
    timeoutMs,
    recursion,
    store: () => new MemoryCheckpointStore(),
    providers: [{ token: LEDGER, useValue: ledger }],
  });
  await env.run();
  return lines;
}

/** With a store an execution is parked in its 14th invocation, before AWS would stop it: a round is written at the begin of each one but the first. */
const parkedAfterRounds = 13;

describe('the same job', () => {
  it.each<[number, Recursion]>([
    [3, 'allow'],
    [20, 'terminate'],
  ])(
    'The same job writes the same in the kit and on the local Lambda: %i rounds, recursion detection says %s',
    async (rounds, recursion) => {
      const expected = await runOnLocalLambda(rounds, recursion);
      expect(await runInKit(rounds, recursion)).toEqual(expected);
      expect(expected.filter((line) => line.startsWith('round'))).toHaveLength(
        recursion === 'allow' ? rounds : parkedAfterRounds,
      );
    },
  );
});
