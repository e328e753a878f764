import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { LongRunningFunction, type LongRunningFunctionProps } from 'lambda-baton/cdk';
import type { Diagnosis } from '../../src/cli/doctor/diagnosis';
import { readPrinted } from '../cli/read-printed';
import { CountingJob } from './fixtures/counting-job';

jest.setTimeout(180_000);

type Resources = Record<string, { Type: string; Properties: Record<string, unknown> }>;

describe('baton doctor --template', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'baton-doctor-test-'));
    symlinkSync(resolve(__dirname, '../../node_modules'), join(folder, 'node_modules'));
    const app = new App({ outdir: join(folder, 'cdk.out') });
    addJob(app, 'Jobs', () => ({ store: { bucket: true } }));
    addJob(app, 'Bare', () => ({ queue: false, store: false, retryAttempts: 1, memory: 128 }));
    addJob(app, 'Elsewhere', (stack) => ({
      store: { table: Table.fromTableName(stack, 'Mine', 'executions') },
      functionProps: {
        vpc: new Vpc(stack, 'Vpc') as never,
        reservedConcurrentExecutions: 0,
        depsLockFilePath,
      },
    }));
    app.synth();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const file = (stack: string) => join(folder, 'cdk.out', `${stack}.template.json`);
  const examine = async (template: string, ...options: string[]) => {
    const { exitCode, stdout, stderr } = await readPrinted([
      'doctor',
      '--template',
      template,
      '--json',
      ...options,
    ]);
    if (stdout === '') throw new Error(stderr);
    return { ...(JSON.parse(stdout) as Diagnosis), exitCode };
  };
  const faults = ({ findings }: Diagnosis) =>
    findings.filter(({ level }) => level !== 'ok').map(({ level, subject }) => `${level} ${subject}`);

  /** The healthy template with something changed in it. */
  const change = async (mutate: (resources: Resources) => void) => {
    const template = JSON.parse(readFileSync(file('Jobs'), 'utf8')) as { Resources: Resources };
    mutate(template.Resources);
    const path = join(folder, 'cdk.out', 'Jobs.changed.json');
    writeFileSync(path, JSON.stringify(template));
    return faults(await examine(path, '--bundle', join(__dirname, 'fixtures', 'counting-job.ts')));
  };
  const properties = (resources: Resources, type: string) =>
    Object.values(resources)
      .filter(({ Type }) => Type === type)
      .map(({ Properties }) => Properties);

  it('baton doctor --template finds nothing wrong with what the construct makes, and has read the job out of its bundle', async () => {
    const diagnosis = await examine(file('Jobs'));
    expect(faults(diagnosis)).toEqual([]);
    expect(diagnosis).toMatchObject({ exitCode: 0, errorCount: 0, warningCount: 0 });
    expect(diagnosis.findings.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        '3000 ms, of which job CountingJob works 1500 ms.',
        expect.stringMatching(/^The function may invoke CountFunction\w+\.$/),
        expect.stringMatching(/^The function may invoke CountFunction\w+:\*\.$/),
        'Events of live are retried, and kept when they are given up.',
        'Its executions are swept on a schedule.',
        expect.stringMatching(/^Long waits go by schedules in group CountSchedulesGroup\w*\.$/),
        'It takes messages up to 1048576 bytes.',
        'Events of the version it publishes are retried, and kept when they are given up.',
      ]),
    );
  });

  it('baton doctor --template warns of what was left out', async () => {
    expect(faults(await examine(file('Bare')))).toEqual([
      'warning fuses',
      'warning memory',
      'warning queue',
      'warning retries',
      'warning retries',
      'warning store',
    ]);
  });

  it('baton doctor --template says what is not in the template, and where a call would hang', async () => {
    const diagnosis = await examine(file('Elsewhere'));
    expect(faults(diagnosis)).toEqual(['error concurrency', 'warning network', 'warning table']);
    expect(diagnosis.exitCode).toBe(1);
  });

  it.each<readonly [string, (resources: Resources) => void]>([
    [
      'error permissions',
      (resources) => {
        for (const { PolicyDocument } of properties(resources, 'AWS::IAM::Policy')) {
          const { Statement } = PolicyDocument as { Statement: { Action: unknown; Resource: unknown }[] };
          for (const statement of Statement.slice(0, Statement.length > 1 ? undefined : 0))
            if (statement.Action === 'lambda:InvokeFunction')
              statement.Resource = [statement.Resource].flat()[0];
        }
      },
    ],
    [
      'error schedules',
      (resources) => {
        for (const { AssumeRolePolicyDocument } of properties(resources, 'AWS::IAM::Role')) {
          const { Statement } = AssumeRolePolicyDocument as {
            Statement: { Principal: { Service: string } }[];
          };
          for (const { Principal } of Statement)
            if (Principal.Service.startsWith('scheduler')) Principal.Service = 'events.amazonaws.com';
        }
      },
    ],
    ...(['scheduler:CreateSchedule', 'iam:PassRole'] as const).map(
      (action) =>
        [
          'error schedules',
          (resources: Resources) => {
            for (const { PolicyDocument } of properties(resources, 'AWS::IAM::Policy')) {
              const document = PolicyDocument as { Statement: { Action: unknown }[] };
              document.Statement = document.Statement.filter(({ Action }) => Action !== action);
            }
          },
        ] as const,
    ),
    [
      'error schedules',
      (resources) => {
        for (const { PolicyDocument } of properties(resources, 'AWS::IAM::Policy')) {
          const { Statement } = PolicyDocument as { Statement: { Resource: unknown }[] };
          const [only] = Statement;
          if (Statement.length === 1 && only) only.Resource = [only.Resource].flat()[0];
        }
      },
    ],
    [
      'error recursion',
      (resources) => delete properties(resources, 'AWS::Lambda::Function')[0]?.RecursiveLoop,
    ],
    [
      'error table',
      (resources) =>
        Object.assign(properties(resources, 'AWS::DynamoDB::Table')[0] ?? {}, {
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        }),
    ],
    [
      'warning table',
      (resources) => delete properties(resources, 'AWS::DynamoDB::Table')[0]?.TimeToLiveSpecification,
    ],
    [
      'warning bucket',
      (resources) => delete properties(resources, 'AWS::S3::Bucket')[0]?.LifecycleConfiguration,
    ],
    [
      'error event source',
      (resources) =>
        delete properties(resources, 'AWS::Lambda::EventSourceMapping')[0]?.FunctionResponseTypes,
    ],
    [
      'error event source',
      (resources) =>
        Object.assign(properties(resources, 'AWS::Lambda::EventSourceMapping')[0] ?? {}, { Enabled: false }),
    ],
    [
      'error queue',
      (resources) => {
        for (const queue of properties(resources, 'AWS::SQS::Queue')) delete queue.RedrivePolicy;
      },
    ],
    [
      'error runtime',
      (resources) =>
        Object.assign(properties(resources, 'AWS::Lambda::Function')[0] ?? {}, { Runtime: 'nodejs20.x' }),
    ],
    [
      'error time-out',
      (resources) => Object.assign(properties(resources, 'AWS::Lambda::Function')[0] ?? {}, { Timeout: 1 }),
    ],
    [
      'warning permissions',
      (resources) =>
        Object.assign(properties(resources, 'AWS::Lambda::Function')[0] ?? {}, {
          Role: 'arn:aws:iam::123456789012:role/mine',
        }),
    ],
  ])('baton doctor --template finds in a changed template: %s', async (finding, mutate) => {
    expect(await change(mutate)).toEqual([finding]);
  });

  it('baton doctor --template says that the code is not on this machine', async () => {
    const template = JSON.parse(readFileSync(file('Jobs'), 'utf8')) as { Resources: Resources };
    for (const fn of properties(template.Resources, 'AWS::Lambda::Function'))
      fn.Code = { S3Bucket: 'elsewhere', S3Key: 'code.zip' };
    for (const resource of Object.values(template.Resources))
      delete (resource as { Metadata?: unknown }).Metadata;
    const path = join(folder, 'Codeless.template.json');
    writeFileSync(path, JSON.stringify(template));
    expect(faults(await examine(path))).toContain('warning job');
  });
});

const depsLockFilePath = resolve(__dirname, '../../package-lock.json');

function addJob(app: App, name: string, describe: (stack: Stack) => Partial<LongRunningFunctionProps>): void {
  const stack = new Stack(app, name);
  new LongRunningFunction(stack, 'Count', {
    entry: join(__dirname, 'fixtures', 'counting-job.ts'),
    job: CountingJob,
    timeout: Duration.seconds(3),
    functionProps: { depsLockFilePath },
    ...describe(stack),
  });
}
