import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type IVpc, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { BatonClient, FileCheckpointStore } from 'lambda-baton';
import { LongRunningFunction } from 'lambda-baton/cdk';
import type { RunReport } from '../../src/cli/run/run-report';
import { locateCode } from '../../src/cli/template/read-function';
import { listResources, readTemplate } from '../../src/cli/template/template';
import { LocalLambda } from '../../src/local';
import { readPrinted } from '../cli/read-printed';
import { ensureBuilt } from '../helpers/ensure-built';
import { CountingJob } from './fixtures/counting-job';
import { synthesize } from './synthesize';

jest.setTimeout(180_000);

/** The only resource of a type whose id has a part. */
function find(template: Template, type: string, part = 'Sweeper') {
  const found = Object.entries(template.findResources(type)).filter(([id]) => id.includes(part));
  if (found.length !== 1) throw new Error(`${found.length} resources of type ${type} with ${part}`);
  const [id, { Properties }] = found[0] as [string, { Properties: Record<string, never> }];
  return { id, Properties: Properties as Record<string, unknown> };
}

const variablesOf = (template: Template) =>
  (find(template, 'AWS::Lambda::Function').Properties.Environment as { Variables: Record<string, unknown> })
    .Variables;
const listStatements = (template: Template) =>
  (
    find(template, 'AWS::IAM::Policy').Properties.PolicyDocument as {
      Statement: { Action: string | string[]; Resource: unknown }[];
    }
  ).Statement;

describe('the property sweep of LongRunningFunction', () => {
  let template: Template;
  beforeAll(() => {
    ensureBuilt();
    template = synthesize({ sweep: true });
  });

  it('The property sweep of LongRunningFunction is on by default where there is a store, in a table or a bucket', () => {
    expect(synthesize().toJSON()).toEqual(template.toJSON());
    synthesize({ store: { table: false, bucket: true } }).resourceCountIs('AWS::Events::Rule', 1);
  });

  it('The property sweep of LongRunningFunction makes one function and no schedule when it is off, or where there is no store', () => {
    for (const props of [{ sweep: false }, { store: false }, { store: { table: false } }] as const) {
      const plain = synthesize(props);
      plain.resourceCountIs('AWS::Lambda::Function', 1);
      plain.resourceCountIs('AWS::Events::Rule', 0);
    }
  });

  it('The property sweep of LongRunningFunction puts the sweeper where the function is: in its VPC, its subnets and its security groups', () => {
    const inVpc = synthesize((stack) => ({
      functionProps: {
        vpc: new Vpc(stack, 'Vpc') as IVpc,
        vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      },
    }));
    const config = (part: string) => find(inVpc, 'AWS::Lambda::Function', part).Properties.VpcConfig;
    expect(config('Sweeper')).toBeDefined();
    expect(config('Sweeper')).toEqual(config('CountFunction'));
  });

  it('The property sweep of LongRunningFunction makes a small function of its own, with a log of its own, that is not tried again', () => {
    const { id, Properties } = find(template, 'AWS::Lambda::Function');
    expect(Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Timeout: 300,
      MemorySize: 256,
    });
    expect(Properties.RecursiveLoop).toBeUndefined();
    expect(Properties.LoggingConfig).toEqual({ LogGroup: { Ref: find(template, 'AWS::Logs::LogGroup').id } });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: id },
      MaximumRetryAttempts: 0,
    });
  });

  it('The property sweep of LongRunningFunction tells the sweeper the job, the alias, the store, and a grace that outlasts the visibility of the queue', () => {
    expect(variablesOf(template)).toEqual(
      expect.objectContaining({
        BATON_TABLE: { Ref: find(template, 'AWS::DynamoDB::Table', '').id },
        BATON_SWEEP_FUNCTION: { Ref: find(template, 'AWS::Lambda::Alias', '').id },
        BATON_SWEEP_JOB: 'CountingJob',
        BATON_SWEEP_GRACE_MS: '5400000',
      }),
    );
    expect(variablesOf(synthesize({ sweep: true, queue: false })).BATON_SWEEP_GRACE_MS).toBe('900000');
  });

  it('The property sweep of LongRunningFunction calls the sweeper every 15 minutes', () => {
    const { id } = find(template, 'AWS::Lambda::Function');
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(15 minutes)',
      Targets: [Match.objectLike({ Arn: { 'Fn::GetAtt': [id, 'Arn'] } })],
    });
  });

  it('The property sweep of LongRunningFunction lets the sweeper read and write the records, invoke the alias, and do nothing else', () => {
    const table = find(template, 'AWS::DynamoDB::Table', '').id;
    const arn = { 'Fn::GetAtt': [table, 'Arn'] };
    expect(listStatements(template)).toEqual([
      {
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: { Ref: find(template, 'AWS::Lambda::Alias', '').id },
      },
      {
        Effect: 'Allow',
        Action: ['GetItem', 'PutItem', 'BatchGetItem', 'BatchWriteItem', 'Query'].map(
          (name) => `dynamodb:${name}`,
        ),
        Resource: [
          arn,
          ...['byJob', 'byStatus'].map((name) => ({ 'Fn::Join': ['', [arn, `/index/${name}`]] })),
        ],
      },
    ]);
  });

  it('The property sweep of LongRunningFunction watches what the sweeper leaves behind', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Threshold: 1,
      TreatMissingData: 'notBreaching',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: find(template, 'AWS::Lambda::Function').id } }],
    });
    synthesize({ sweep: true, alarmActions: false }).resourceCountIs('AWS::CloudWatch::Alarm', 0);
  });

  it('The property sweep of LongRunningFunction takes schedule, grace and limit', () => {
    const chosen = synthesize({
      sweep: { schedule: Schedule.rate(Duration.hours(1)), grace: Duration.minutes(5), limit: 7 },
    });
    expect(variablesOf(chosen)).toMatchObject({ BATON_SWEEP_GRACE_MS: '300000', BATON_SWEEP_LIMIT: '7' });
    chosen.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 hour)' });
  });

  it('The property sweep of LongRunningFunction refers to the signing key, and never holds it', () => {
    const signed = synthesize((stack) => ({ sweep: true, signingKey: new Secret(stack, 'Key') }));
    expect(JSON.stringify(variablesOf(signed).BATON_SIGNING_KEY)).toContain('{{resolve:secretsmanager:');
  });

  it('The property sweep of LongRunningFunction works on a bucket alone', () => {
    const ofBucket = synthesize({ sweep: true, store: { table: false, bucket: true } });
    expect(Object.keys(variablesOf(ofBucket))).toContain('BATON_BUCKET');
    expect(Object.keys(variablesOf(ofBucket))).not.toContain('BATON_TABLE');
    const actions = listStatements(ofBucket).flatMap(({ Action }) => Action);
    expect(actions).toEqual([
      'lambda:InvokeFunction',
      's3:GetObject',
      's3:PutObject',
      's3:DeleteObject',
      's3:ListBucket',
    ]);
  });

  it("The property sweep of LongRunningFunction may read the whole of a user's own table, which may have no index", () => {
    const own = synthesize((stack) => ({
      sweep: true,
      store: { table: TableV2.fromTableName(stack, 'Mine', 'mine') },
    }));
    expect(listStatements(own).flatMap(({ Action }) => Action)).toContain('dynamodb:Scan');
    expect(listStatements(template).flatMap(({ Action }) => Action)).not.toContain('dynamodb:Scan');
    const indexed = synthesize((stack) => ({
      store: { table: TableV2.fromTableName(stack, 'Mine', 'mine'), hasIndex: true },
    }));
    expect(listStatements(indexed).flatMap(({ Action }) => Action)).not.toContain('dynamodb:Scan');
  });

  it('The property sweep of LongRunningFunction is refused at synth where it cannot work, all of it at once', () => {
    const refuse = (props: Parameters<typeof synthesize>[0]) => () => synthesize(props);
    expect(
      refuse({ sweep: { grace: Duration.seconds(59), limit: 0 }, store: false, job: undefined as never }),
    ).toThrow(
      expect.objectContaining({
        code: 'INVALID_DEPLOYMENT',
        message: [
          'LongRunningFunction Jobs/Count has 4 faults:',
          '1. sweep is set, and there is no store: without one nobody knows which executions there are.',
          '   → Leave store: false out, or leave sweep out.',
          "2. sweep is set, and the job is not known: executions are found by the job's name.",
          '   → Pass job: the class.',
          "3. sweep.grace (59000 ms) is under a minute: Lambda's own second try may still come.",
          '   → Set it to Duration.minutes(1) or more, or leave it out.',
          '4. sweep.limit (0) is no whole number from 1 to 1000.',
          '   → Set it to 100, or leave it out.',
        ].join('\n'),
      }),
    );
    expect(refuse({ sweep: false, store: false })).not.toThrow();
  });
});

describe('what a sweep deploys, on this machine', () => {
  let folder = '';
  let file = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'baton-sweep-test-'));
    symlinkSync(resolve(__dirname, '../../node_modules'), join(folder, 'node_modules'));
    const app = new App({ outdir: join(folder, 'cdk.out') });
    new LongRunningFunction(new Stack(app, 'Jobs'), 'Count', {
      entry: join(__dirname, 'fixtures', 'counting-job.ts'),
      job: CountingJob,
      timeout: Duration.seconds(3),
      sweep: true,
      functionProps: { depsLockFilePath: resolve(__dirname, '../../package-lock.json') },
    });
    app.synth();
    file = join(folder, 'cdk.out', 'Jobs.template.json');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([[[]], [['--function', 'Count']]])(
    'What a sweep deploys, on this machine, is taken by baton dev for what it is: the job runs, not its sweeper (%p)',
    async (options) => {
      const printed = await readPrinted([
        'dev',
        '--template',
        file,
        '--event',
        '{"pages":1,"pageMs":1}',
        '--json',
        ...options,
      ]);
      const report = JSON.parse(printed.stdout || 'null') as RunReport;
      expect({ exitCode: printed.exitCode, stderr: printed.stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(report.executions).toMatchObject([{ job: 'CountingJob', result: { pages: 1 } }]);
    },
  );

  it('What a sweep deploys, on this machine, is what the doctor looks for', async () => {
    const { exitCode, stdout } = await readPrinted(['doctor', '--template', file, '--json']);
    const { findings } = JSON.parse(stdout);
    expect(exitCode).toBe(0);
    expect(findings).toContainEqual({
      level: 'ok',
      subject: 'store',
      what: 'Its executions are swept on a schedule.',
    });
  });

  it('What a sweep deploys, on this machine, finds an execution whose only delivery died, and sends it on: nothing else would have come for it', async () => {
    const template = readTemplate(file);
    const code = (part: string) => {
      const [id, resource] =
        listResources(template, 'AWS::Lambda::Function').find(([name]) => name.includes(part)) ?? [];
      if (id === undefined || resource === undefined) throw new Error(part);
      return { handler: String(resource.Properties.Handler), code: locateCode(template, id, resource) };
    };
    const directory = join(folder, 'executions');
    const client = new BatonClient({ store: new FileCheckpointStore({ directory }) });
    const lambda = await LocalLambda.start();
    try {
      const environment = { BATON_DIRECTORY: directory };
      await lambda.createFunction({
        name: 'count',
        ...code('CountFunction'),
        timeoutMs: 3_000,
        maximumRetryAttempts: 0,
        environment,
      });
      lambda.setAlias('count', 'live', lambda.publishVersion('count'));
      const sweeping = {
        BATON_SWEEP_FUNCTION: 'count:live',
        BATON_SWEEP_JOB: 'CountingJob',
        BATON_SWEEP_GRACE_MS: '1',
      };
      await lambda.createFunction({
        name: 'sweeper',
        ...code('Sweeper'),
        timeoutMs: 10_000,
        environment: { ...environment, ...sweeping },
      });
      const sweep = () => lambda.invoke({ functionName: 'sweeper' });

      const start = {
        lambdaBaton: { v: 1, start: { executionId: 'lost', input: { pages: 6, pageMs: 150 } } },
      };
      const { requestId } = await lambda.invoke({
        functionName: 'count:live',
        invocationType: 'Event',
        payload: start,
      });
      await until(async () => ((await client.status('lost'))?.stepCount ?? 0) >= 2);
      expect(lambda.kill(requestId)).toBe(true);
      await lambda.idle();
      expect(await client.status('lost')).toMatchObject({ status: 'running', invocation: 1 });
      expect((await sweep()).payload).toMatchObject({ swept: [] });

      await until(async () => (await client.status('lost'))?.isStuck === true);
      expect((await sweep()).payload).toMatchObject({
        swept: [{ executionId: 'lost', invocation: 2 }],
        failed: [],
      });
      await lambda.idle();
      expect(await client.status('lost')).toMatchObject({
        status: 'completed',
        invocation: 3,
        result: { pages: 6 },
      });
      expect((await sweep()).payload).toMatchObject({ swept: [] });
    } finally {
      await lambda.stop();
    }
  });
});

/** Waits until something is so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    if (await isSo()) return;
    await sleep(20);
  }
  throw new Error('It never was.');
}
