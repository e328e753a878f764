import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { collect, reasons, startLambda, stopAll } from '../local/start-lambda';

/** Inside the repository, so that what is external resolves. */
const folder = join(__dirname, '../../node_modules/.cache/lambda-baton');
const bundle = join(folder, `interrupted-attempts-${process.pid}.cjs`);
let scratch: string;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: [join(__dirname, 'interrupted-attempts-job.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['@aws-sdk/*'],
    alias: { 'lambda-baton': join(__dirname, '../../src/index.ts') },
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: true } },
  });
});
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'interrupted-'));
});
afterEach(async () => {
  await stopAll();
  await rm(scratch, { recursive: true });
});
afterAll(() => rmSync(bundle, { force: true }));

/** Starts an execution that dies every time, waits until Lambda has given it up, and reads what the job wrote down. */
async function runDoomed(how: string, store: 'file store' | 'no store') {
  const lambda = await startLambda();
  const environment = store === 'no store' ? {} : { BATON_DIRECTORY: join(scratch, 'store') };
  await lambda.createFunction({
    name: 'doomed',
    code: bundle,
    timeoutMs: how === 'fill' ? 10_000 : 1_500,
    memoryMb: 256,
    environment,
    retryDelaysMs: [20, 20],
  });
  const ends = collect(lambda, 'invocation-end');
  const ledger = join(scratch, 'ledger');
  await lambda.invoke({ functionName: 'doomed', invocationType: 'Event', payload: { how, ledger } });
  await lambda.idle();
  const lines = existsSync(ledger) ? readFileSync(ledger, 'utf8').trim().split('\n') : [];
  return { lines, ends, lastError: ends.at(-1)?.error };
}

const details = (ending: string) =>
  JSON.stringify({ step: 'work', limit: 'maxInterruptions', allowed: 2, actual: 2, ending });

describe('a step that is killed every time', () => {
  it.each([
    ['exits the process', 'exit', 'file store', 'crash'],
    ['exits the process', 'exit', 'no store', 'crash'],
    ['crashes natively', 'abort', 'file store', 'crash'],
    ['crashes natively', 'segfault', 'no store', 'crash'],
    ['runs out of memory', 'fill', 'file store', 'out-of-memory'],
    ['runs out of memory', 'fill', 'no store', 'out-of-memory'],
    ['holds the event loop until the time-out', 'spin', 'file store', 'unknown'],
    ['holds the event loop until the time-out', 'spin', 'no store', 'unknown'],
  ] as const)(
    'A step that is killed every time because it %s (%s) ends its execution within the attempts of one delivery: %s, %s',
    async (_what, how, store, ending) => {
      const { lines, ends, lastError } = await runDoomed(how, store);
      // Without a store the second attempt does the first step again, and hands over behind it: the next delivery has attempts of its own.
      const hasStore = store === 'file store';
      const opened = hasStore ? ['open', 'work', 'work'] : ['open', 'work', 'open', 'work', 'work'];
      expect(lines).toEqual([...opened, details(ending)]);
      expect(reasons(ends).map((reason) => reason === 'ok')).toEqual(
        hasStore ? [false, false, false] : [false, true, false, false, false],
      );
      expect(lastError).toMatchObject({
        errorType: 'ExecutionFailedError',
        errorMessage: expect.stringContaining('work of job doomed was cut off 2 times'),
      });
    },
  );
});
