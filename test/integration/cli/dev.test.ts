import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunReport } from '../../../src/cli/run/run-report';
import { readPrinted } from '../../cli/read-printed';

const fixture = (name: string) => join(__dirname, 'fixtures', name);
const counting = fixture('counting-job.ts');
const quick = { pages: 2, pageMs: 10 };
/** Twelve pages of 100 ms: three invocations of 1 s, of which 400 ms are the safe window. */
const long = { pages: 12, pageMs: 100 };

const dev = (file: string, input: object, ...options: string[]) =>
  readPrinted(['dev', file, '--event', JSON.stringify(input), '--timeout', '1s', ...options]);

async function report(
  file: string,
  input: object,
  ...options: string[]
): Promise<RunReport & { exitCode: number }> {
  const { stdout, exitCode } = await dev(file, input, '--json', ...options);
  return { ...(JSON.parse(stdout) as RunReport), exitCode };
}

/** The id of the execution that a run in this directory has begun. */
async function waitForExecution(workingDirectory: string): Promise<string> {
  for (;;) {
    const { stdout, exitCode } = await readPrinted(['list', '--json'], { workingDirectory });
    const [execution] = exitCode === 0 ? JSON.parse(stdout).executions : [];
    if (execution !== undefined) return execution.executionId;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('baton dev', () => {
  it('baton dev bundles a TypeScript job and runs it across invocations to its end', async () => {
    const { exitCode, stdout, stderr } = await dev(counting, long, '--no-queue');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/#1 {3}started \(cold\)\n/);
    expect(stdout).toMatch(/#1 {3}handed off via lambda after \d+ ms, \d+ B, cold start/);
    expect(stdout).toMatch(/#2 {3}started/);
    expect(stdout).toMatch(/✔ completed in .*\n {2}invocations {2}[3-6], /);
    expect(stdout).toMatch(/\n {2}steps {8}13\n/);
    expect(stdout).toMatch(/\n {2}result {7}\{"pages":12,/);
  });

  it('baton dev prints exactly one object with --json, and what the handler writes to standard error', async () => {
    const { exitCode, stdout, stderr } = await dev(counting, { ...quick, say: 'page' }, '--json');
    const printed = JSON.parse(stdout) as RunReport;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: 'page 1\npage 2\n' });
    expect(printed).toMatchObject({
      outcome: 'completed',
      executions: [{ job: 'CountingJob', status: 'completed', stepCount: 3, result: { pages: 2 } }],
      invocations: { count: 1, coldCount: 1, byReason: { ok: 1 } },
      handOffs: { count: 0, bytes: 0 },
      cost: { architecture: 'x86_64', region: 'us-east-1' },
    });
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  it.each([
    ['whose log is silent', counting, ['--env', 'BATON_LOG_LEVEL=error'], 13, 0],
    ['whose logger writes lines of another form', fixture('strange-logger-job.ts'), [], 12, 1],
  ])(
    'baton dev knows steps, hand-offs and failed attempts of a job %s',
    async (_what, file, options, steps, failed) => {
      const run = await report(file, long, '--no-queue', ...options);
      expect(run).toMatchObject({ outcome: 'completed', stepCount: steps, failedAttemptCount: failed });
      expect(run.handOffs.count).toBeGreaterThanOrEqual(2);
    },
  );

  it('baton dev prints nothing with --quiet', async () => {
    expect(await dev(counting, { ...quick, say: 'page' }, '--quiet')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('baton dev passes on what the handler writes', async () => {
    expect((await dev(counting, { ...quick, say: 'page' })).stdout).toMatch(/\npage 1\n(.*\n)*page 2\n/);
  });

  it('baton dev takes environment, export, event file, standard input and Node from the command line', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'baton-dev-test-'));
    try {
      const event = join(folder, 'event.json');
      writeFileSync(event, JSON.stringify(quick));
      const options = [
        '--timeout',
        '1s',
        '--json',
        '--env',
        'STAGE=test',
        '--handler',
        'renamed',
        '--node',
        process.execPath,
      ];
      const fromFile = await readPrinted(['dev', counting, '--event', event, ...options]);
      const fromInput = await readPrinted(['dev', counting, '--event', '-', ...options], {
        stdin: JSON.stringify(quick),
      });
      for (const { stdout } of [fromFile, fromInput]) {
        expect(JSON.parse(stdout).executions[0].result).toEqual({
          pages: 2,
          stage: 'test',
          node: process.version,
        });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('baton dev has a queue that a wait can go through', async () => {
    const { outcome, handOffs, executions, cost } = await report(counting, { ...quick, waitSeconds: 1 });
    expect({ outcome, channels: handOffs.byChannel }).toEqual({ outcome: 'completed', channels: { sqs: 1 } });
    expect(executions).toMatchObject([{ status: 'completed', stepCount: 3 }]);
    expect(cost.sqsUsd).toBeCloseTo(3 * 0.000_000_4, 12);
  });

  it('baton dev fails a wait that has no queue, with the name of the variable', async () => {
    const { exitCode, error } = await report(counting, { ...quick, waitSeconds: 1 }, '--no-queue');
    expect({ exitCode, error }).toMatchObject({
      exitCode: 1,
      error: { message: expect.stringContaining('BATON_QUEUE_URL') },
    });
  });

  it('baton dev ends with 1 and the error when the execution failed', async () => {
    const { exitCode, stdout, stderr } = await dev(
      counting,
      { ...quick, failAt: 1 },
      '--retry-delay',
      '10ms',
    );
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(/^TerminalError: Page 1 is missing\.\n( {4}at .*\n)*$/),
    });
    expect(stdout).toContain('✖ failed after');
    expect(stdout).toContain('countPage failed (attempt 1) and is not tried again');
    expect(`${stdout}${stderr}`.split('Page 1 is missing.')).toHaveLength(2);
  });

  it('baton dev stops a job that would not end by its fuse, and says which', async () => {
    const { exitCode, error, invocations } = await report(
      counting,
      { pages: 1e6, pageMs: 50 },
      '--retry-delay',
      '10ms',
      '--no-queue',
    );
    expect(exitCode).toBe(1);
    expect(error).toMatchObject({
      name: 'FuseBlownError',
      message: expect.stringMatching(/limits\.maxInvocations is 6\.\n→ /),
    });
    expect(invocations.count).toBeGreaterThanOrEqual(6);
  });

  it('baton dev says that recursion detection would lose the execution', async () => {
    const terminate = ['--recursion', 'terminate', '--no-queue'];
    const { exitCode, outcome, error } = await report(
      fixture('endless-job.ts'),
      {},
      ...terminate,
      '--no-store',
    );
    expect({ exitCode, outcome }).toEqual({ exitCode: 1, outcome: 'lost' });
    expect(error?.message).toMatch(
      /was lost: its last event failed three times .* setting of baton-dev is Terminate, .*\n→ aws lambda put-function/,
    );
  });

  it('baton dev says that an execution was parked before recursion detection would lose it, and what sends it on', async () => {
    const { exitCode, outcome, error } = await report(
      fixture('endless-job.ts'),
      {},
      '--recursion',
      'terminate',
      '--no-queue',
    );
    expect({ exitCode, outcome }).toEqual({ exitCode: 1, outcome: 'lost' });
    expect(error?.message).toMatch(/parked.*\n→ .*redrive/);
  });

  it.each([
    [
      'an export that is not there',
      counting,
      ['--handler', 'handlr'],
      /^Runtime\.HandlerNotFound: .*handlr.*\n→ Export it/,
    ],
    ['a definition that is wrong', fixture('invalid-job.ts'), [], /^InvalidJobError: .*@Terminate/s],
    ['a module that throws', fixture('throwing-module.ts'), [], /^Error: There are no settings\./],
    [
      'a handler that is no job',
      fixture('no-job.ts'),
      [],
      /^CliError: The handler ran, but no execution began\.\n→ /,
    ],
  ])('baton dev refuses %s at once', async (_what, file, options, message) => {
    const { exitCode, stderr } = await dev(file, {}, ...options, '--quiet');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(message);
  });

  it('baton dev tells a cold start that failed without the stack when there is a fix, and with the lines that matter when there is none', async () => {
    const invalid = await dev(fixture('invalid-job.ts'), {}, '--no-queue');
    expect(invalid.stdout).not.toContain('    at ');
    const throwing = await dev(fixture('throwing-module.ts'), {}, '--no-queue');
    expect(throwing.stdout).toMatch(/\nThere are no settings\.\n {4}at readSettings /);
    expect(throwing.stdout).not.toContain('triggerUncaughtException');
  });

  it('baton dev refuses TypeScript that cannot be bundled, with the line', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'baton-dev-test-'));
    try {
      const file = join(folder, 'broken.ts');
      copyFileSync(fixture('syntax-error.ts.txt'), file);
      const { exitCode, stderr } = await dev(file, {});
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: expect.stringMatching(/^LocalLambdaError: .*broken\.ts:1\)\n→ /),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('baton dev brings an execution through faults, the same ones for the same seed', async () => {
    const faults = [
      '--crash',
      '0.2',
      '--throttle',
      '0.3',
      '--seed',
      '7',
      '--retry-delay',
      '50ms',
      '--no-queue',
    ];
    const { exitCode, executions, faults: struck, seed } = await report(counting, long, ...faults);
    expect({ exitCode, seed }).toEqual({ exitCode: 0, seed: 7 });
    expect(executions).toMatchObject([{ stepCount: 13, result: { pages: 12 } }]);
    expect(Object.keys(struck).length).toBeGreaterThan(0);
  });

  it('baton dev keeps executions where baton status finds them, each run another one, and away from git', async () => {
    const workingDirectory = mkdtempSync(join(tmpdir(), 'baton-dev-test-'));
    try {
      const args = ['dev', counting, '--event', JSON.stringify(quick), '--timeout', '1s', '--no-queue'];
      const { stdout } = await readPrinted(args, { workingDirectory });
      expect(stdout).toContain(', kept in .baton/executions');
      const [, id = ''] = /\n {2}look up {6}baton status (\S+)\n/.exec(stdout) ?? [];
      expect((await readPrinted(['status', id], { workingDirectory })).stdout).toMatch(
        /^✔ completed .*\n(.*\n)*.*"pages":2/,
      );
      await readPrinted(args, { workingDirectory });
      const { executions } = JSON.parse((await readPrinted(['list', '--json'], { workingDirectory })).stdout);
      expect(executions).toMatchObject([{ status: 'completed' }, { executionId: id, status: 'completed' }]);
      expect(readFileSync(join(workingDirectory, '.baton/.gitignore'), 'utf8')).toBe('*\n');
    } finally {
      rmSync(workingDirectory, { recursive: true });
    }
  });

  it('baton dev keeps executions elsewhere when BATON_DIRECTORY says so, that of --env first, and nowhere with --no-store', async () => {
    const workingDirectory = mkdtempSync(join(tmpdir(), 'baton-dev-test-'));
    try {
      const args = [
        'dev',
        counting,
        '--event',
        JSON.stringify(quick),
        '--timeout',
        '1s',
        '--no-queue',
        '--quiet',
      ];
      const environment = { BATON_DIRECTORY: join(workingDirectory, 'around') };
      await readPrinted(args, { workingDirectory, environment });
      await readPrinted([...args, '--env', `BATON_DIRECTORY=${join(workingDirectory, 'given')}`], {
        workingDirectory,
        environment,
      });
      await readPrinted([...args, '--no-store'], { workingDirectory });
      expect(readdirSync(workingDirectory).sort()).toEqual(['around', 'given']);
      expect(
        (await readPrinted(['list'], { workingDirectory, environment })).stdout.split('\n'),
      ).toHaveLength(2);
    } finally {
      rmSync(workingDirectory, { recursive: true });
    }
  });

  it('baton dev drops every duplicate, and says how many there were', async () => {
    const { exitCode, executions, faults, duplicateCount, supersededCount } = await report(
      counting,
      long,
      '--duplicate',
      '1',
      '--seed',
      '1',
      '--no-queue',
    );
    expect(exitCode).toBe(0);
    expect(executions).toMatchObject([{ stepCount: 13, result: { pages: 12 } }]);
    expect(faults.duplicate).toBeGreaterThanOrEqual(1);
    expect(duplicateCount + supersededCount).toBeGreaterThanOrEqual(faults.duplicate ?? 0);
  });

  it('baton dev ends with 1 when the execution was cancelled', async () => {
    const workingDirectory = mkdtempSync(join(tmpdir(), 'baton-dev-test-'));
    try {
      const running = readPrinted(
        [
          'dev',
          counting,
          '--event',
          JSON.stringify({ pages: 60, pageMs: 50 }),
          '--timeout',
          '5s',
          '--no-queue',
        ],
        {
          workingDirectory,
        },
      );
      const id = await waitForExecution(workingDirectory);
      expect(await readPrinted(['cancel', id], { workingDirectory })).toMatchObject({ exitCode: 0 });
      const { exitCode, stdout, stderr } = await running;
      expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
      expect(stdout).toMatch(/#1 {3}cancelled after .*\n✖ cancelled after /);
    } finally {
      rmSync(workingDirectory, { recursive: true });
    }
  });

  it('baton dev stops when it is interrupted', async () => {
    const interruption = new AbortController();
    setTimeout(() => interruption.abort(), 2_000);
    const args = ['dev', counting, '--event', JSON.stringify({ pages: 1e6, pageMs: 50 }), '--timeout', '1m'];
    const { exitCode, stdout, stderr } = await readPrinted(args, { interruption: interruption.signal });
    expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: '' });
    expect(stdout).toContain('✖ stopped after');
  });
});
