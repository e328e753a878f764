import { join } from 'node:path';
import type { RunReport } from '../../../src/cli/run/run-report';
import { readPrinted } from '../../cli/read-printed';

const bundle = join(__dirname, 'fixtures', 'two-jobs.ts');
const options = ['--event', '{"a":1}', '--timeout', '2s', '--no-queue', '--json'];

jest.setTimeout(60_000);

async function run(...line: string[]): Promise<RunReport & { exitCode: number }> {
  const { stdout, exitCode } = await readPrinted([...line, ...options]);
  return { ...(JSON.parse(stdout) as RunReport), exitCode };
}

describe('a bundle that hosts two jobs', () => {
  it('is run by baton dev with the first, or with the one that --job names, over several invocations', async () => {
    const first = await run('dev', bundle);
    expect(first).toMatchObject({ exitCode: 0, result: { by: 'Reconcile', input: { a: 1 } } });
    const other = await run('dev', bundle, '--job', 'Repair');
    expect(other).toMatchObject({ exitCode: 0, result: { by: 'Repair', input: { a: 1 } } });
    expect(other.invocations).toBeGreaterThan(1);
  });

  it('is run by baton start --bundle with the one that --job names', async () => {
    const started = await run('start', '--bundle', bundle, '--job', 'Repair');
    expect(started).toMatchObject({ exitCode: 0, result: { by: 'Repair' } });
  });

  it('ends badly for a job that it does not host', async () => {
    const { stdout, exitCode } = await readPrinted(['dev', bundle, '--job', 'Report', ...options]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('this function runs job Reconcile, Repair');
  });
});
