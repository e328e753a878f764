import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunReport } from '../../../src/cli/run/run-report';

const root = join(__dirname, '../../..');
const agreement =
  '✔ 200,000 rows, 24 hours = 200,000 rows, 24 hours in one pass; distance sum 145,847,125 = 145,847,125; delay sum 1,500,159 = 1,500,159';

jest.setTimeout(180_000);

/** Runs the demo as `npm run demo` does, without its build of the package, which `beforeAll` has done. */
async function runDemo(...args: string[]) {
  const temporary = mkdtempSync(join(tmpdir(), 'baton-demo-test-'));
  const executions = mkdtempSync(join(tmpdir(), 'baton-demo-test-'));
  try {
    const demo = spawn(
      process.execPath,
      ['samples/backfill-warehouse/run.mjs', '--json', '--env', `BATON_DIRECTORY=${executions}`, ...args],
      {
        cwd: root,
        env: { ...process.env, TMPDIR: temporary },
      },
    );
    let [stdout, stderr] = ['', ''];
    demo.stdout.on('data', (chunk) => (stdout += chunk));
    demo.stderr.on('data', (chunk) => (stderr += chunk));
    const [exitCode] = await once(demo, 'close');
    return { exitCode, stderr, report: JSON.parse(stdout) as RunReport, left: readdirSync(temporary) };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    rmSync(executions, { recursive: true, force: true });
  }
}

beforeAll(async () => {
  const build = spawn(
    process.execPath,
    ['--input-type=module', '-e', "(await import('./scripts/lib/ensure-built.mjs')).ensureBuilt()"],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );
  expect(await once(build, 'exit')).toEqual([0, null]);
});

describe('the demo', () => {
  it('The demo agrees with one pass although invocations are killed, continuations delivered twice, answers lost and calls refused, and drops every duplicate', async () => {
    const { exitCode, stderr, report, left } = await runDemo('--chaos');
    expect(stderr).toContain(agreement);
    expect({ exitCode, left }).toEqual({ exitCode: 0, left: [] });
    expect(report).toMatchObject({
      outcome: 'completed',
      executions: [{ job: 'BackfillWarehouse', stepCount: 200, result: { rows: 200_000, hours: 24 } }],
    });
    expect(Object.keys(report.faults).sort()).toEqual(['crash', 'duplicate', 'lost-reply', 'throttle']);
    expect(report.duplicateCount + report.supersededCount).toBeGreaterThanOrEqual(
      report.faults.duplicate ?? 0,
    );
    expect(report.handOffs.count).toBeGreaterThanOrEqual(9);
    expect(report.invocations.count).toBeGreaterThan(report.handOffs.count);
  });

  it('The demo does not end well when the run did not', async () => {
    const { exitCode, stderr } = await runDemo(
      '--recursion',
      'terminate',
      '--retry-delay',
      '10ms',
      '--crash',
      '1',
    );
    expect(exitCode).toBe(1);
    expect(stderr).not.toContain('in one pass');
  });
});
