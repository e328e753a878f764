import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { LongRunningFunction, type LongRunningFunctionProps } from 'lambda-baton/cdk';
import type { RunReport } from '../../src/cli/run/run-report';
import { readPrinted } from '../cli/read-printed';
import { CountingJob } from './fixtures/counting-job';

jest.setTimeout(180_000);

describe('baton dev --template', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'baton-template-test-'));
    symlinkSync(resolve(__dirname, '../../node_modules'), join(folder, 'node_modules'));
    const app = new App({ outdir: join(folder, 'cdk.out') });
    addJob(app, 'Jobs', {});
    addJob(app, 'Fifo', { queue: { fifo: true }, store: false });
    app.synth();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const dev = async (stack: string, input: object, ...options: string[]) => {
    const template = join(folder, 'cdk.out', `${stack}.template.json`);
    const printed = await readPrinted([
      'dev',
      '--template',
      template,
      '--event',
      JSON.stringify(input),
      '--json',
      ...options,
    ]);
    return { ...printed, report: (printed.stdout ? JSON.parse(printed.stdout) : undefined) as RunReport };
  };

  it('baton dev --template runs what the construct would deploy: code, variables, queue, store and a published version, by its alias', async () => {
    const { exitCode, stderr, report } = await dev('Jobs', { pages: 2, pageMs: 10 });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(report.executions).toMatchObject([
      {
        status: 'completed',
        result: { pages: 2, stage: 'test', hasQueue: true, hasTable: false, version: '1' },
      },
    ]);
    expect(report).toMatchObject({ memoryMb: 640, cost: { architecture: 'arm64' } });
  });

  it('baton dev --template hands over to the version that it began with, at the time-out of the template', async () => {
    const { exitCode, report } = await dev('Jobs', { pages: 12, pageMs: 200 });
    expect(exitCode).toBe(0);
    expect(report.invocations.count).toBeGreaterThanOrEqual(2);
    expect(report.executions).toMatchObject([{ result: { pages: 12, version: '1' } }]);
  });

  it('baton dev --template lets the command line win over the template', async () => {
    const { report } = await dev(
      'Jobs',
      { pages: 2, pageMs: 10 },
      '--memory',
      '256',
      '--arch',
      'x86_64',
      '--env',
      'STAGE=here',
      '--no-queue',
    );
    expect(report).toMatchObject({ memoryMb: 256, cost: { architecture: 'x86_64' } });
    expect(report.executions).toMatchObject([{ result: { stage: 'here', hasQueue: false } }]);
  });

  it('baton dev --template makes a FIFO queue, and needs no store', async () => {
    const { exitCode, report } = await dev('Fifo', { pages: 9, pageMs: 200 });
    expect(exitCode).toBe(0);
    expect(report.executions).toMatchObject([{ result: { pages: 9, hasQueue: true, directory: null } }]);
  });

  it('baton dev --template keeps executions in a directory that goes when it ends', async () => {
    const { report } = await dev('Jobs', { pages: 1, pageMs: 10 });
    const [{ directory }] = report.executions.map(({ result }) => result) as [{ directory: string }];
    expect(directory).toMatch(/lambda-baton-store-/);
    expect(existsSync(directory)).toBe(false);
  });
});

function addJob(app: App, name: string, props: Partial<LongRunningFunctionProps>): void {
  new LongRunningFunction(new Stack(app, name), 'Count', {
    entry: join(__dirname, 'fixtures', 'counting-job.ts'),
    job: CountingJob,
    timeout: Duration.seconds(3),
    memory: 640,
    environment: { STAGE: 'test' },
    functionProps: { depsLockFilePath: resolve(__dirname, '../../package-lock.json') },
    ...props,
  });
}
