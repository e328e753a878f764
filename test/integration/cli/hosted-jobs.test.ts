import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunReport } from '../../../src/cli/run/run-report';
import { readPrinted } from '../../cli/read-printed';

const bundle = join(__dirname, 'fixtures', 'two-jobs.ts');
const options = ['--event', '{"a":1}', '--timeout', '2s', '--no-queue', '--json'];

async function run(...line: string[]): Promise<RunReport & { exitCode: number }> {
  const { stdout, exitCode } = await readPrinted([...line, ...options]);
  return { ...(JSON.parse(stdout) as RunReport), exitCode };
}

const ended = (by: string) => ({
  exitCode: 0,
  executions: [{ job: by, result: { by, input: { a: 1 } } }],
});

describe('a bundle that hosts two jobs', () => {
  it('A bundle that hosts two jobs is run by baton dev with the first, or with the one that --job names, over several invocations', async () => {
    expect(await run('dev', bundle)).toMatchObject(ended('Reconcile'));
    const other = await run('dev', bundle, '--job', 'Repair');
    expect(other).toMatchObject(ended('Repair'));
    expect(other.invocations.count).toBeGreaterThan(1);
  });

  it('A bundle that hosts two jobs is run by baton start --bundle with the one that --job names', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'baton-hosted-test-'));
    try {
      const started = await run('start', '--bundle', bundle, '--job', 'Repair', '--directory', directory);
      expect(started).toMatchObject(ended('Repair'));
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('A bundle that hosts two jobs ends badly for a job that it does not host', async () => {
    const { stdout, exitCode } = await readPrinted(['dev', bundle, '--job', 'Report', ...options]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('this function runs job Reconcile, Repair');
  });
});
