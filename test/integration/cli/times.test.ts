import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunReport } from '../../../src/cli/run/run-report';
import { readPrinted } from '../../cli/read-printed';

const production = join(__dirname, 'fixtures/production-job.ts');
const fixture = (name: string) => join(__dirname, 'fixtures', name);
const counting = join(__dirname, 'fixtures/counting-job.ts');

let workingDirectory: string;
beforeEach(() => {
  workingDirectory = mkdtempSync(join(tmpdir(), 'baton-times-test-'));
});
afterEach(() => rmSync(workingDirectory, { recursive: true }));

const baton = (args: readonly string[], interruption?: AbortSignal) =>
  readPrinted(args, { workingDirectory, ...(interruption && { interruption }) });
const dev = (input: object, ...options: string[]) =>
  baton(['dev', production, '--event', JSON.stringify(input), ...options]);

async function report(input: object, ...options: string[]): Promise<RunReport> {
  return JSON.parse((await dev(input, '--json', ...options)).stdout);
}

/** Resolves when an execution of this directory has counted a few pages. */
async function waitForSteps(): Promise<string> {
  for (;;) {
    const list = await baton(['list', '--json']);
    const [execution] = list.exitCode === 0 ? JSON.parse(list.stdout).executions : [];
    const status = execution && (await baton(['status', execution.executionId, '--json']));
    if (status?.exitCode === 0 && JSON.parse(status.stdout).stepCount >= 3) return execution.executionId;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("a job with production's safeMs on this machine", () => {
  it("A job with production's safeMs on this machine is refused before anything runs, with the option that lets it run", async () => {
    const { exitCode, stdout, stderr } = await dev({ pages: 3 }, '--timeout', '3s');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toBe(
      'CliError: Job production could do no step: its safe window (safeMs) is 60000 ms, and an invocation is killed after 3 s.\n' +
        '→ Add --scale-time, which runs safeMs, reserveMs and intervalMs in proportion, or give it a longer --timeout.\n',
    );
    expect(await baton(['list'])).toMatchObject({ exitCode: 2 });
  });

  it("A job with production's safeMs on this machine runs with --scale-time in several invocations, with its times in proportion", async () => {
    const { exitCode, stdout } = await dev({ pages: 20 }, '--timeout', '2s', '--scale-time');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('(time-out 2 s, safeMs 600 of 60000, ');
    expect(stdout).toMatch(/\n {2}result {7}\{"pages":20\}\n/);
    expect(stdout).toMatch(/\n {2}invocations {2}[2-6]\b/);
  });

  it("A job with production's safeMs on this machine is refused with --scale-time too where not even a hand-off fits", async () => {
    const { exitCode, stderr } = await dev({ pages: 3 }, '--timeout', '600ms', '--scale-time');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/60000 ms, scaled to 600 ms.*\n→ Give it more time: --timeout 2s\./);
  });

  it("A job with production's safeMs on this machine waits a second at most with --skip-waits, also before it tries again", async () => {
    const input = { pages: 1, waitSeconds: 3_600, retryAfterMs: 3_600_000 };
    const { outcome, executions, wallMs } = await report(
      input,
      '--timeout',
      '3s',
      '--scale-time',
      '--skip-waits',
    );
    expect({ outcome, executions }).toMatchObject({
      outcome: 'completed',
      executions: [{ result: { pages: 1 }, failedAttemptCount: 1 }],
    });
    expect(wallMs).toBeLessThan(30_000);
  });
});

describe('a wait of thirty days on this machine', () => {
  const days = fixture('patient-job.ts');
  /** Even a second does not fit what an invocation has beside its safe window. */
  const wait = async (...options: string[]) =>
    JSON.parse((await baton(['dev', days, '--json', '--timeout', '1900ms', ...options])).stdout) as RunReport;

  it('A wait of thirty days on this machine is one schedule and one invocation after the start, with --skip-waits', async () => {
    const role = ['--env', 'BATON_SCHEDULER_ROLE_ARN=arn:aws:iam::123456789012:role/wake'];
    const { outcome, executions, handOffs, invocations, cost } = await wait(
      '--no-queue',
      '--skip-waits',
      ...role,
    );
    expect({ outcome, executions }).toMatchObject({
      outcome: 'completed',
      executions: [{ status: 'completed', invocation: 2, result: { woken: { by: 'time' } } }],
    });
    expect({ channels: handOffs.byChannel, count: invocations.count }).toEqual({
      channels: { scheduler: 1 },
      count: 2,
    });
    expect(cost.schedulesUsd).toBeCloseTo(0.000_001, 12);
  });

  it('A wait of thirty days on this machine is a schedule that the run does not wait for, and says so, without --skip-waits', async () => {
    const { outcome, error, handOffs } = await wait();
    expect({ outcome, channels: handOffs.byChannel }).toEqual({
      outcome: 'lost',
      channels: { scheduler: 1 },
    });
    expect(error?.message).toMatch(/waits until 20.*Z, longer than this run does\.\n→ Add --skip-waits/);
  });
});

describe('what baton dev shows at the end', () => {
  it('What baton dev shows at the end is the result also when a queue brought the last invocation', async () => {
    const { handOffs, executions } = await report(
      { pages: 2, waitSeconds: 2 },
      '--timeout',
      '2s',
      '--scale-time',
    );
    expect(handOffs.byChannel).toEqual({ sqs: 1 });
    expect(executions).toMatchObject([{ status: 'completed', result: { pages: 2 } }]);
  });

  it('What baton dev shows at the end is an error once, whole, with its stack and its cause, as soon as the execution has ended', async () => {
    const startedAtMs = Date.now();
    const { exitCode, stdout, stderr } = await dev(
      { pages: 9, failAt: 1 },
      '--timeout',
      '3s',
      '--scale-time',
      '--skip-waits',
      '--retry-delay',
      '60m',
    );
    expect(exitCode).toBe(1);
    expect(Date.now() - startedAtMs).toBeLessThan(50_000);
    const [head, ...others] = stderr.split('\n');
    expect(head).toBe('TypeError: Page 1 cannot be read.');
    expect(others.join('\n')).toMatch(
      /^ {4}at failDeep .*production-job\.ts.*\n( {4}at .*\n)*caused by Error: The disk is full\.\n {4}at failDeep /,
    );
    expect(
      `${stdout.slice(stdout.indexOf('and is not tried again'))}${stderr}`.split('Page 1 cannot be read.'),
    ).toHaveLength(2);
  });

  it('What baton dev shows at the end agrees with what baton status and the record count', async () => {
    const { executions } = await report({ pages: 12, retryAfterMs: 10 }, '--timeout', '2s', '--scale-time');
    const [{ executionId, stepCount, failedAttemptCount, invocation, result }] = executions as [
      RunReport['executions'][number],
    ];
    const status = JSON.parse((await baton(['status', executionId, '--json'])).stdout);
    expect(status).toMatchObject({ stepCount, failedAttemptCount, invocation, result });
    expect({ stepCount, failedAttemptCount }).toEqual({ stepCount: 13, failedAttemptCount: 1 });
  });

  it('What baton dev shows at the end is known from the store when the job logs errors only', async () => {
    const { outcome, executions } = await report(
      { pages: 1 },
      '--timeout',
      '2s',
      '--scale-time',
      '--env',
      'BATON_LOG_LEVEL=error',
    );
    expect({ outcome, executions }).toMatchObject({
      outcome: 'completed',
      executions: [{ stepCount: 2, result: { pages: 1 } }],
    });
  });
});

describe('what baton dev left behind', () => {
  const event = JSON.stringify({ pages: 25, pageMs: 50 });

  it('What baton dev left behind goes on from its last checkpoint by baton redrive --bundle, which the summary names', async () => {
    const interruption = new AbortController();
    const running = baton(['dev', counting, '--event', event, '--timeout', '2s'], interruption.signal);
    const id = await waitForSteps();
    interruption.abort({ exitCode: 143 });
    const { exitCode, stdout } = await running;
    expect(exitCode).toBe(143);
    expect(stdout).toContain(`\n  go on        baton redrive ${id} --bundle ${counting}\n`);
    const redriven = await baton(['redrive', id, '--bundle', counting, '--timeout', '2s', '--json']);
    expect(redriven.exitCode).toBe(0);
    const { executions } = JSON.parse(redriven.stdout) as RunReport;
    expect(executions).toMatchObject([
      { executionId: id, status: 'completed', stepCount: 26, result: { pages: 25 } },
    ]);
    expect(await baton(['redrive', id, '--bundle', counting, '--timeout', '2s', '--quiet'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^RedriveRefusedError: /),
    });
  });

  it('What baton dev left behind is found by baton start --bundle, which starts what is not there and runs it to its end', async () => {
    const input = JSON.stringify({ pages: 2, pageMs: 10 });
    const start = (...more: string[]) =>
      baton([
        'start',
        '--bundle',
        counting,
        '--id',
        'once',
        '--event',
        input,
        '--timeout',
        '2s',
        '--directory',
        join(workingDirectory, 'kept'),
        ...more,
      ]);
    const first = await start();
    expect(first).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining('baton start ') });
    expect(first.stdout).toMatch(/✔ completed in .*\n(.*\n)* {2}result {7}\{"pages":2,/);
    const second = await start('--json');
    expect(second.exitCode).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({
      outcome: 'completed',
      executions: [{ executionId: 'once', result: { pages: 2 } }],
    });
  });
});
