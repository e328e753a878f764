import { join } from 'node:path';
import { LambdaClient, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import type { Diagnosis } from '../../../src/cli/doctor/diagnosis';
import { readJobFacts } from '../../../src/cli/doctor/read-job';
import { LocalLambda, type RequestHook } from '../../../src/local';
import { readPrinted } from '../../cli/read-printed';
import { LocalDynamoDb } from '../../contract/stand-ins/dynamodb';
import { LocalS3 } from '../../contract/stand-ins/s3';

const fixture = (name: string) => join(__dirname, 'fixtures', `${name}.ts`);
const counting = fixture('counting-job');
const names = ['AWS_ENDPOINT_URL', 'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
const before = Object.fromEntries(names.map((name) => [name, process.env[name]]));

/** The local Lambda with a function `count`, asked as AWS would be. */
async function start(onRequest?: RequestHook): Promise<LocalLambda> {
  const lambda = await LocalLambda.start(onRequest === undefined ? {} : { onRequest });
  const credentials = { AWS_ACCESS_KEY_ID: 'doctor', AWS_SECRET_ACCESS_KEY: 'doctor' };
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: lambda.endpoint,
    AWS_REGION: lambda.region,
    ...credentials,
  });
  return lambda;
}

/** A function with everything that it needs, published under the alias `live`. */
async function deploy(lambda: LocalLambda): Promise<void> {
  const dead = await lambda.createQueue({ name: 'dead' });
  const queue = await lambda.createQueue({
    name: 'continuations',
    visibilityTimeoutMs: 12_000,
    deadLetterQueue: { arn: dead.arn, maxReceiveCount: 5 },
  });
  await lambda.createFunction({
    name: 'count',
    code: counting,
    timeoutMs: 2_000,
    recursiveLoop: 'Allow',
    onFailure: dead.arn,
    environment: { BATON_DIRECTORY: '/tmp', BATON_QUEUE_URL: queue.url },
  });
  lambda.setAlias('count', 'live', lambda.publishVersion('count'));
  lambda.addEventSourceMapping({
    functionName: 'count:live',
    queueArn: queue.arn,
    batchSize: 1,
    reportBatchItemFailures: true,
  });
}

async function examine(...args: string[]): Promise<Diagnosis & { exitCode: number }> {
  const environment = { AWS_ENDPOINT_URL: process.env.AWS_ENDPOINT_URL ?? '' };
  const { exitCode, stdout, stderr } = await readPrinted(['doctor', ...args, '--json'], { environment });
  if (stdout === '') throw new Error(stderr);
  return { ...(JSON.parse(stdout) as Diagnosis), exitCode };
}

const faults = ({ findings }: Diagnosis) =>
  findings.filter(({ level }) => level !== 'ok').map(({ level, subject }) => `${level} ${subject}`);

describe('baton doctor', () => {
  let lambda: LocalLambda;
  afterEach(async () => {
    await lambda.stop();
    for (const name of names) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });

  it('baton doctor finds nothing wrong with a function that has all it needs, and prints it as one object', async () => {
    lambda = await start();
    await deploy(lambda);
    const diagnosis = await examine('count:live', '--bundle', counting);
    expect(faults(diagnosis)).toEqual([]);
    expect(diagnosis).toEqual({
      exitCode: 0,
      function: 'count:live',
      errorCount: 0,
      warningCount: 0,
      fixed: [],
      findings: expect.arrayContaining([
        { level: 'ok', subject: 'time-out', what: '2000 ms, of which job CountingJob works 1600 ms.' },
        { level: 'ok', subject: 'event source', what: expect.stringContaining(':function:count:live') },
        { level: 'ok', subject: 'permissions', what: expect.stringContaining(':function:count:1') },
      ]),
    });
  });

  it('baton doctor says what is wrong line by line, each with its fix, and nothing of it once it is fixed', async () => {
    lambda = await start();
    const queue = await lambda.createQueue({ name: 'short', visibilityTimeoutMs: 1_000 });
    await lambda.createFunction({
      name: 'count',
      code: counting,
      timeoutMs: 300,
      memoryMb: 128,
      maximumRetryAttempts: 0,
      environment: { BATON_QUEUE_URL: queue.url, BATON_TABEL: 'x' },
    });
    const client = new LambdaClient({});
    await client.send(
      new PutFunctionConcurrencyCommand({ FunctionName: 'count', ReservedConcurrentExecutions: 0 }),
    );
    client.destroy();
    const ill = await examine('count', '--bundle', fixture('endless-job'));
    expect(ill.exitCode).toBe(1);
    expect(faults(ill)).toEqual([
      'error recursion',
      'error concurrency',
      'error queue',
      'error event source',
      'warning memory',
      'warning queue',
      'warning retries',
      'warning retries',
      'warning environment',
      'warning store',
      'warning versions',
    ]);
    const { stdout, stderr, exitCode } = await readPrinted([
      'doctor',
      'count',
      '--bundle',
      fixture('endless-job'),
    ]);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 1 });
    expect(stdout).toContain(
      '\nbaton doctor count\n  ✖ recursion     The setting is Terminate: AWS drops every execution',
    );
    expect(stdout).toContain(
      '\n                  → Set it to Allow (RecursiveLoop: Allow), or let baton doctor --fix do it.\n',
    );
    expect(stdout).toMatch(/\n\n4 errors, 7 warnings\n$/);

    await lambda.stop();
    lambda = await start();
    await deploy(lambda);
    expect(faults(await examine('count:live', '--bundle', counting))).toEqual([]);
  });

  it('baton doctor sets the recursion setting with --fix --yes, and looks again', async () => {
    lambda = await start();
    await deploy(lambda);
    await lambda.updateFunction('count', { recursiveLoop: 'Terminate' });
    const terminated = await examine('count:live', '--bundle', fixture('endless-job'));
    expect(faults(terminated)).toEqual(['error recursion']);
    const fixed = await examine('count:live', '--bundle', fixture('endless-job'), '--fix', '--yes');
    expect({ exitCode: fixed.exitCode, fixed: fixed.fixed, faults: faults(fixed) }).toEqual({
      exitCode: 0,
      fixed: ['recursion'],
      faults: [],
    });
    expect((await examine('count:live', '--bundle', fixture('endless-job'), '--fix', '--yes')).fixed).toEqual(
      [],
    );
  });

  it('baton doctor asks before --fix, and changes nothing where there is nobody to ask', async () => {
    lambda = await start();
    await deploy(lambda);
    await lambda.updateFunction('count', { recursiveLoop: 'Terminate' });
    expect(await readPrinted(['doctor', 'count:live', '--fix'])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'CliError: --fix asks first, and there is no terminal.\n→ Add --yes.\n',
    });
    expect(faults(await examine('count:live'))).toContain('error recursion');
  });

  it('baton doctor does not take for health what it may not read', async () => {
    const denied = {
      kind: 'error',
      status: 403,
      errorType: 'AccessDeniedException',
      message: 'User is not authorized',
    } as const;
    lambda = await start(({ operation }) =>
      operation === 'GetFunctionConcurrency' || operation === 'GetQueueAttributes' ? denied : undefined,
    );
    await deploy(lambda);
    const { findings, exitCode } = await examine('count:live', '--bundle', counting);
    expect(exitCode).toBe(1);
    expect(findings.filter(({ level }) => level === 'error')).toEqual([
      {
        level: 'error',
        subject: 'concurrency',
        what: expect.stringMatching(/^The reserved concurrency could not be read: AccessDeniedException/),
        fix: 'Allow lambda:GetFunctionConcurrency to the credentials used here.',
      },
      {
        level: 'error',
        subject: 'queue',
        what: expect.stringMatching(/^Queue http.* could not be read: /),
        fix: 'Allow sqs:GetQueueAttributes to the credentials used here.',
      },
    ]);
  });

  it('baton doctor goes on with what else it may read when the function itself is hidden', async () => {
    const denied = {
      kind: 'error',
      status: 403,
      errorType: 'AccessDeniedException',
      message: 'User is not authorized',
    } as const;
    lambda = await start(({ operation }) => (operation === 'GetFunctionConfiguration' ? denied : undefined));
    await deploy(lambda);
    const diagnosis = await examine('count:live');
    expect(diagnosis.exitCode).toBe(1);
    expect(diagnosis.findings).toContainEqual({
      level: 'ok',
      subject: 'recursion',
      what: 'The setting is Allow.',
    });
    expect(faults(diagnosis)).toEqual(['error runtime', 'error environment']);
  });

  it('baton doctor calls a refused dry run an error, whichever of the two ARNs it is about', async () => {
    const denied = {
      kind: 'error',
      status: 403,
      errorType: 'AccessDeniedException',
      message: 'User is not authorized',
    } as const;
    lambda = await start(({ operation, target }) =>
      operation === 'Invoke' && target.endsWith(':count:1') ? denied : undefined,
    );
    await deploy(lambda);
    const { findings } = await examine('count:live', '--bundle', counting);
    expect(findings.filter(({ subject }) => subject === 'permissions')).toMatchObject([
      { level: 'error', what: expect.stringContaining(':function:count:1 was refused') },
      { level: 'ok', what: expect.stringContaining(':function:count was allowed') },
    ]);
  });

  it('baton doctor reads the keys and the index of its table, and finds a table that is not there', async () => {
    lambda = await start();
    const dynamoDb = await LocalDynamoDb.start();
    try {
      process.env.AWS_ENDPOINT_URL_DYNAMODB = dynamoDb.endpoint;
      const said = async (tableName: string) => {
        await lambda.updateFunction('count', { environment: { BATON_TABLE: tableName } });
        const { findings } = await examine('count');
        return findings
          .filter(({ subject }) => subject === 'table')
          .map(({ level, what }) => `${level} ${what}`);
      };
      await lambda.createFunction({ name: 'count', code: counting });
      const kept = (tableName: string) =>
        `warning Table ${tableName} keeps its items for ever, and ends of executions stay and are paid for.`;
      const keyed = (tableName: string) => `ok ${tableName} has the keys pk and sk.`;
      const indexed = await dynamoDb.createTable();
      expect(await said(indexed)).toEqual([kept(indexed), keyed(indexed), 'ok It has the index byJob.']);
      const bare = await dynamoDb.createTable({ indexes: [] });
      expect(await said(bare)).toEqual([
        `warning Table ${bare} has no index byJob: baton list reads the whole table.`,
        kept(bare),
        keyed(bare),
      ]);
      expect(await said('nowhere')).toEqual(['error BATON_TABLE names a table that is not there.']);
    } finally {
      delete process.env.AWS_ENDPOINT_URL_DYNAMODB;
      await dynamoDb.stop();
    }
  });

  it('baton doctor finds a bucket without a lifecycle, and one that is not there', async () => {
    lambda = await start();
    const s3 = await LocalS3.start();
    try {
      process.env.AWS_ENDPOINT_URL_S3 = s3.endpoint;
      const said = async (bucket: string) => {
        await lambda.updateFunction('count', { environment: { BATON_BUCKET: bucket } });
        const { findings } = await examine('count');
        return findings
          .filter(({ subject }) => subject === 'bucket')
          .map(({ level, what }) => `${level} ${what}`);
      };
      await lambda.createFunction({ name: 'count', code: counting });
      const bucket = await s3.createBucket();
      expect(await said(bucket)).toEqual([
        `warning Bucket ${bucket} keeps its objects for ever: it has no lifecycle rule.`,
      ]);
      expect(await said('nowhere')).toEqual(['error BATON_BUCKET names a bucket that is not there.']);
    } finally {
      delete process.env.AWS_ENDPOINT_URL_S3;
      await s3.stop();
    }
  });

  it('baton doctor says that a function is not there', async () => {
    lambda = await start();
    expect(await readPrinted(['doctor', 'nobody'])).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^CliError: Function nobody cannot be looked at: ResourceNotFoundException.*\n→ Check its name/,
      ),
    });
  });

  it('baton doctor warns that the job is not known without its bundle', async () => {
    lambda = await start();
    await deploy(lambda);
    expect(faults(await examine('count:live'))).toEqual(['warning time-out', 'warning job']);
  });

  it('baton doctor finds a handler that Lambda would not start, and the job behind it', async () => {
    lambda = await start();
    await deploy(lambda);
    const { findings } = await examine('count:live', '--bundle', fixture('three-parameters'));
    expect(findings.filter(({ level }) => level === 'error')).toMatchObject([
      { subject: 'handler', what: expect.stringContaining('3 parameters') },
    ]);
    expect(findings.map(({ what }) => what)).toContain('2000 ms, of which job WrappedJob works 1200 ms.');
  });

  it('baton doctor says that a job does not load in time, as Lambda would', async () => {
    const file = fixture('hanging-module');
    expect(
      await readJobFacts({ file, handler: 'index.handler', variables: {}, startMs: 1_500 }),
    ).toMatchObject({
      kind: 'unread',
      level: 'error',
      reason: expect.stringContaining('it did not load within 1500 ms.'),
    });
  });

  it.each([
    ['no-job', 'does not say which job it runs'],
    ['invalid-job', 'InvalidJob'],
    ['throwing-module', 'There are no settings.'],
    ['exiting-module', 'its process ended with 3 while it was loaded.'],
  ])('baton doctor says that the job of %s cannot be read: %s', async (name, what) => {
    lambda = await start();
    await deploy(lambda);
    const { findings, exitCode } = await examine('count:live', '--bundle', fixture(name));
    expect(exitCode).toBe(1);
    expect(findings.filter(({ level }) => level === 'error')).toEqual([
      { level: 'error', subject: 'job', what: expect.stringContaining(what), fix: expect.any(String) },
    ]);
  });
});
