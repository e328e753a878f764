import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { bundleFixture } from '../helpers/bundle-fixture';
import { AwsEndpoint, type Behaviour } from '../unit/runtime/adapters/aws-endpoint';

interface Ended {
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly report: { answer: { status: string; code?: string }; active: string[]; loadedSdk: boolean };
  /** Milliseconds from the handler's return to the end of the process. */
  readonly lingeredMs: number;
}

describe('a process that has run an invocation', () => {
  let bundle: string;
  let endpoint: AwsEndpoint;

  beforeAll(async () => {
    bundle = await bundleFixture(join(__dirname, 'hand-off-process-job.ts'));
  });

  beforeEach(async () => {
    endpoint = await AwsEndpoint.open();
  });

  afterEach(() => endpoint.close());

  /** Runs one scenario in a process of its own, which has to end by itself. */
  function run(
    scenario: string,
    invoke: Behaviour = { status: 202 },
    dryRun: Behaviour = { status: 204 },
  ): Promise<Ended> {
    endpoint.respond = ({ headers }) => (headers['x-amz-invocation-type'] === 'DryRun' ? dryRun : invoke);
    const env = {
      PATH: process.env.PATH,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_ENDPOINT_URL_LAMBDA: endpoint.url,
    };
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [bundle, scenario], { env, stdio: ['ignore', 'ignore', 'pipe'] });
      const tooLong = setTimeout(() => child.kill('SIGKILL'), 20_000);
      let stderr = '';
      let returnedMs = 0;
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        stderr += chunk;
        if (stderr.includes('REPORT ')) returnedMs ||= performance.now();
      });
      child.on('error', reject);
      child.on('close', (exitCode) => {
        clearTimeout(tooLong);
        const report = JSON.parse(/REPORT (.*)/.exec(stderr)?.[1] ?? 'null');
        resolve({ exitCode, stderr, report, lingeredMs: performance.now() - returnedMs });
      });
    });
  }

  it('A process that has run an invocation has not loaded the AWS SDK, nor called anything, when one invocation was enough', async () => {
    const { report, exitCode } = await run('completes');
    expect(report).toEqual({
      answer: expect.objectContaining({ status: 'completed' }),
      active: [],
      loadedSdk: false,
    });
    expect(endpoint.requests).toEqual([]);
    expect(exitCode).toBe(0);
  });

  it.each<[string, string, Behaviour]>([
    ['hands over', 'handed-off', { status: 202 }],
    ['is abandoned', 'handed-off', { status: 202 }],
    ['fails', 'threw', { status: 202 }],
    ['hands over', 'threw', 'hang'],
    ['hands over', 'threw', 'reset'],
  ])(
    'A process that has run an invocation whose step %s (%s) holds nothing alive, keeps no socket that does, and ends by itself',
    async (scenario, status, invoke) => {
      const { report, exitCode, lingeredMs } = await run(scenario, invoke);
      expect(report.answer.status).toBe(status);
      expect(report.active).toEqual([]);
      expect(exitCode).toBe(0);
      expect(lingeredMs).toBeLessThan(1_500);
    },
  );

  it('A process that has run an invocation made a dry run and asked for the recursion setting before the safe window, and then the call itself', async () => {
    const { report } = await run('hands over');
    expect(report.loadedSdk).toBe(true);
    const calls = endpoint.requests.map(({ path, headers }) =>
      /recursion-config$/.test(path) ? 'recursion' : headers['x-amz-invocation-type'],
    );
    expect(calls.filter((call) => call !== 'recursion')).toEqual(['DryRun', 'Event']);
    expect(calls.slice(0, -1).filter((call) => call === 'recursion')).toHaveLength(1);
  });

  it('A process that has run an invocation does not wait for a dry run that hangs', async () => {
    const { report, lingeredMs } = await run('completes while the dry run hangs', { status: 202 }, 'hang');
    expect(report.answer.status).toBe('completed');
    expect(report.active).toEqual([]);
    expect(lingeredMs).toBeLessThan(1_500);
  });

  it('A process that has run an invocation is warned, and not ended, by a timer’s task that throws', async () => {
    const { exitCode, stderr } = await run('a timer task throws');
    expect(exitCode).toBe(0);
    const warnings = stderr.match(/\[LAMBDA_BATON_TIMER\] Warning: A timer's task threw Error: tick \d/g);
    expect(warnings).toEqual(
      [1, 2, 3].map((tick) => `[LAMBDA_BATON_TIMER] Warning: A timer's task threw Error: tick ${tick}`),
    );
  });
});
