import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyTemplate, resolveEnvironment } from '../../src/cli/dev/deploy-function';
import { readFunction } from '../../src/cli/template/read-function';
import { resolveValue } from '../../src/cli/template/references';
import { readTemplate } from '../../src/cli/template/template';
import { parseDevOptions } from './parse-dev-options';
import { readPrinted } from './read-printed';

const hash = 'a'.repeat(64);
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-template-test-'));
  mkdirSync(join(folder, 'asset.a'));
  writeFileSync(
    join(folder, 'Jobs.assets.json'),
    JSON.stringify({ files: { [hash]: { source: { path: 'asset.a' } } } }),
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Writes a template of these resources, and answers its path. */
function write(Resources: object, more: object = {}): string {
  const file = join(folder, 'Jobs.template.json');
  writeFileSync(file, JSON.stringify({ Resources, ...more }));
  return file;
}

const fn = (properties: object = {}, type = 'AWS::Lambda::Function') => ({
  Type: type,
  Properties: {
    Code: { S3Bucket: 'b', S3Key: `${hash}.zip` },
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    ...properties,
  },
});
const ref = (id: string) => ({ Ref: id });
const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const read = (resources: object, asked?: string) => readFunction(readTemplate(write(resources)), asked);

describe('a job and its sweeper in one template', () => {
  const resources = {
    CountFunction1: fn({ Environment: { Variables: { BATON_TABLE: 'executions' } } }),
    CountSweeperFunction2: fn({
      Environment: { Variables: { BATON_TABLE: 'executions', BATON_SWEEP_FUNCTION: ref('CountFunction1') } },
    }),
  };

  it.each([undefined, 'Count', 'CountFunction'])(
    'A job and its sweeper in one template is the job when %p is asked for',
    (asked) => {
      expect(read(resources, asked).id).toBe('CountFunction1');
    },
  );

  it.each(['Sweeper', 'CountSweeperFunction2'])(
    'A job and its sweeper in one template is the sweeper when %p is asked for',
    (asked) => {
      expect(read(resources, asked).id).toBe('CountSweeperFunction2');
    },
  );

  it('A job and its sweeper in one template is nobody when there are two jobs', () => {
    const two = { ...resources, CountFunction3: resources.CountFunction1 };
    expect(() => read(two, 'Count')).toThrow('has more than one function: CountFunction1, CountFunction3.');
  });
});

describe('a function of a template', () => {
  it('A function of a template is read with what invokes it and what it leaves behind', () => {
    const resources = {
      Job: fn({
        Timeout: 900,
        MemorySize: 640,
        Architectures: ['arm64'],
        RecursiveLoop: 'Allow',
        ReservedConcurrentExecutions: 2,
        Environment: { Variables: { A: 'b' } },
        DeadLetterConfig: { TargetArn: arn('Failures') },
      }),
      Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: ref('Job') } },
      Alias: { Type: 'AWS::Lambda::Alias', Properties: { FunctionName: ref('Job'), Name: 'live' } },
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          FifoQueue: 'true',
          VisibilityTimeout: 60,
          RedrivePolicy: { deadLetterTargetArn: arn('Dead'), maxReceiveCount: 7 },
        },
      },
      Dead: { Type: 'AWS::SQS::Queue' },
      Failures: { Type: 'AWS::SQS::Queue', Properties: { DelaySeconds: 3, MaximumMessageSize: 262_144 } },
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          BatchSize: 1,
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          EventSourceArn: arn('Queue'),
          FunctionName: {
            'Fn::Join': ['', [{ 'Fn::Select': [6, { 'Fn::Split': [':', ref('Alias')] }] }, ':live']],
          },
        },
      },
      Stream: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { EventSourceArn: 'arn:x', FunctionName: ref('Job') },
      },
      Latest: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: { FunctionName: ref('Job'), Qualifier: '$LATEST', MaximumRetryAttempts: 0 },
      },
      Retry: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: ref('Job'),
          Qualifier: 'live',
          MaximumRetryAttempts: 1,
          DestinationConfig: { OnFailure: { Destination: arn('Failures') } },
        },
      },
    };
    expect(read(resources)).toEqual({
      id: 'Job',
      codeDirectory: join(folder, 'asset.a'),
      handler: 'index.handler',
      timeoutMs: 900_000,
      memoryMb: 640,
      architecture: 'arm64',
      recursiveLoop: 'Allow',
      reservedConcurrency: 2,
      environment: { A: 'b' },
      maximumRetryAttempts: 1,
      onFailureQueueId: 'Failures',
      deadLetterQueueId: 'Failures',
      alias: 'live',
      queues: [
        {
          id: 'Dead',
          isFifo: false,
          contentBasedDeduplication: false,
          visibilityTimeoutMs: 30_000,
          delayMs: 0,
        },
        {
          ...{ id: 'Failures', isFifo: false, contentBasedDeduplication: false },
          ...{ visibilityTimeoutMs: 30_000, delayMs: 3_000, maximumMessageBytes: 262_144 },
        },
        {
          id: 'Queue',
          isFifo: true,
          contentBasedDeduplication: false,
          visibilityTimeoutMs: 60_000,
          delayMs: 0,
          deadLetters: { queueId: 'Dead', maxReceiveCount: 7 },
        },
      ],
      mappings: [{ queueId: 'Queue', batchSize: 1, reportBatchItemFailures: true }],
      remarks: ['Not simulated: the event source "arn:x", which is no queue of this template.'],
    });
  });

  it("A function of a template has AWS's defaults where the template says nothing", () => {
    expect(read({ Job: fn({ Handler: undefined }) })).toMatchObject({
      handler: 'index.handler',
      timeoutMs: 3_000,
      memoryMb: 128,
      architecture: 'x86_64',
      recursiveLoop: 'Terminate',
      maximumRetryAttempts: 2,
    });
  });

  it('A function of a template is the only job, or the one that is asked for', () => {
    const resources = {
      Job1: fn({ RecursiveLoop: 'Allow' }),
      Provider: fn(),
      Python: fn({ Runtime: 'python3.13' }),
    };
    expect(read(resources).id).toBe('Job1');
    expect(read(resources, 'Prov').id).toBe('Provider');
    expect(read({ ...resources, Job12: fn({ RecursiveLoop: 'Allow' }) }, 'Job1').id).toBe('Job1');
  });

  it('A function of a template is found by its asset path where there is no manifest', () => {
    rmSync(join(folder, 'Jobs.assets.json'));
    expect(read({ Job: { ...fn(), Metadata: { 'aws:asset:path': 'asset.a' } } }).codeDirectory).toBe(
      join(folder, 'asset.a'),
    );
  });

  it('A function of a template is run as the template says, but for what the command line says', () => {
    const file = write({
      Job: fn({ Timeout: 900, MemorySize: 640, Architectures: ['arm64'], RecursiveLoop: 'Allow' }),
    });
    const apply = (...more: string[]) => {
      const options = parseDevOptions(['--template', file, ...more]);
      if (options === 'help' || options.template === undefined) throw new Error('There is a template.');
      const run = applyTemplate(options, options.template);
      rmSync(run.storeDirectory, { recursive: true });
      return run.options;
    };
    const deployed = {
      timeoutMs: 900_000,
      memoryMb: 640,
      architecture: 'arm64',
      recursiveLoop: 'Allow',
      file: `Job of ${file}`,
    };
    expect(apply()).toMatchObject(deployed);
    expect(apply('--timeout', '5s', '--recursion', 'terminate')).toMatchObject({
      ...deployed,
      timeoutMs: 5_000,
      recursiveLoop: 'Terminate',
    });
    expect(apply('--memory', '256', '--arch', 'x86_64')).toMatchObject({
      ...deployed,
      memoryMb: 256,
      architecture: 'x86_64',
    });
  });
});

describe('what cannot be mapped', () => {
  const two = { One: fn({ RecursiveLoop: 'Allow' }), Two: fn({ RecursiveLoop: 'Allow' }) };

  it.each<[string, object, string[], string]>([
    [
      'no function',
      { Queue: { Type: 'AWS::SQS::Queue' } },
      [],
      'has no Node function; it has none.\n→ Write --function',
    ],
    [
      'no such function',
      { Job: fn() },
      ['--function', 'Jab'],
      'has no Node function Jab; it has Job.\n→ Write --function',
    ],
    ['several functions', two, [], 'has more than one function: One, Two.\n→ Write --function'],
    [
      'layers',
      { Job: fn({ Layers: ['arn:x'] }) },
      [],
      'has Layers, and the local Lambda has none.\n→ Bundle',
    ],
    ['a file system', { Job: fn({ FileSystemConfigs: [{}] }) }, [], 'has FileSystemConfigs, and'],
    [
      'an image',
      { Job: fn({ Code: { ImageUri: 'x' }, Runtime: undefined }) },
      [],
      'its code is a container image',
    ],
    ['inline code', { Job: fn({ Code: { ZipFile: 'x' } }) }, [], 'its code is written into the template'],
    [
      'code elsewhere',
      { Job: fn({ Code: { S3Key: 'my.zip' } }) },
      [],
      'its code is in a bucket, not on this machine.\n→ Run cdk synth',
    ],
    [
      'a parameter without a default',
      { Job: fn({ Environment: { Variables: { STAGE: ref('Stage') } } }) },
      [],
      'variable STAGE needs Stage, which has no stand-in on this machine.\n→ Say what it is here: --env STAGE=',
    ],
    [
      'an import',
      { Job: fn({ Environment: { Variables: { X: { 'Fn::ImportValue': 'y' } } } }) },
      [],
      'variable X needs Fn::ImportValue, which',
    ],
    [
      'a secret',
      { Job: fn({ Environment: { Variables: { X: '{{resolve:secretsmanager:y}}' } } }) },
      [],
      'variable X needs a dynamic reference, which',
    ],
  ])('What cannot be mapped is refused: %s', async (_what, resources, options, message) => {
    const { exitCode, stdout, stderr } = await readPrinted([
      'dev',
      '--template',
      write(resources),
      ...options,
    ]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^TemplateError: /);
    expect(stderr).toContain(message);
  });

  it.each([
    [
      'nowhere.template.json',
      2,
      'The template nowhere.template.json cannot be read (ENOENT).\n→ Run cdk synth first',
    ],
    [__filename, 1, 'is not JSON: '],
    [
      join(__dirname, '../../package.json'),
      1,
      'is no CloudFormation template: it has no Resources.\n→ Pass what cdk synth wrote',
    ],
  ])('What cannot be mapped is refused: %s', async (file, expectedCode, message) => {
    const { exitCode, stderr } = await readPrinted(['dev', '--template', file]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: expectedCode,
      stderr: expect.stringContaining(message),
    });
  });

  it.each([
    [['job.ts', '--template', 't.json'], '--template says what is run, and so does job.ts.'],
    [['--handler', 'run', '--template', 't.json'], '--template says what is run, and so does --handler.'],
    [['job.ts', '--function', 'Job'], '--function names a function of a template, and there is none.'],
  ])('What cannot be mapped is refused with 2: %p', async (args, message) => {
    expect(await readPrinted(['dev', ...args])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(message),
    });
  });
});

describe('the variables of a function', () => {
  const lookUp = (id: string, attribute?: string) =>
    ({ Queue: 'http://queue', 'Queue.Arn': 'arn:queue' })[attribute ? `${id}.${attribute}` : id];
  const resolve = (environment: object, more: object = {}) => {
    const deployed = read({ Job: fn({ Environment: { Variables: environment } }) });
    return resolveEnvironment(deployed, 't.json', {
      lookUp,
      storeDirectory: '/store',
      hasQueues: true,
      schedulerRoleArn: 'arn:role',
      given: {},
      ...more,
    });
  };

  it('The variables of a function have local stand-ins for queue, store, signing key and schedules', () => {
    const environment = {
      BATON_QUEUE_URL: ref('Queue'),
      BATON_TABLE: ref('Table'),
      BATON_BUCKET: ref('Bucket'),
      BATON_SIGNING_KEY: { 'Fn::Join': ['', ['{{resolve:secretsmanager:', ref('Key'), '}}']] },
      BATON_SCHEDULER_ROLE_ARN: { 'Fn::GetAtt': ['Role', 'Arn'] },
      BATON_SCHEDULER_GROUP: ref('Group'),
      BATON_LOG_LEVEL: 'debug',
    };
    expect(resolve(environment)).toEqual({
      BATON_QUEUE_URL: 'http://queue',
      BATON_DIRECTORY: '/store',
      BATON_SIGNING_KEY: 'local-signing-key',
      BATON_SCHEDULER_ROLE_ARN: 'arn:role',
      BATON_LOG_LEVEL: 'debug',
    });
  });

  it('The variables of a function that the user gave are not looked up', () => {
    expect(
      resolve(
        { STAGE: ref('Stage'), BATON_TABLE: ref('Table') },
        { given: { STAGE: 'x', BATON_TABLE: 't' } },
      ),
    ).toEqual({
      STAGE: 'x',
      BATON_TABLE: 't',
    });
  });

  it('The variables of a function name no queue where there is none', () => {
    expect(resolve({ BATON_QUEUE_URL: ref('Queue') }, { hasQueues: false })).toEqual({});
  });
});

describe('a value of a template', () => {
  /** Placeholders are written with angle brackets here. */
  const sub = (text: string) => text.replaceAll(/<(.*?)>/g, '$${$1}');
  const known: Readonly<Record<string, string>> = {
    Stage: 'test',
    'Queue.Arn': 'a:b:c',
    'AWS::Region': 'us-east-1',
  };
  const lookUp = (id: string, attribute?: string) => known[attribute ? `${id}.${attribute}` : id];

  it.each<[unknown, string]>([
    ['plain', 'plain'],
    [5, '5'],
    [true, 'true'],
    [{ Ref: 'Stage' }, 'test'],
    [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, 'a:b:c'],
    [{ 'Fn::GetAtt': 'Queue.Arn' }, 'a:b:c'],
    [{ 'Fn::Join': ['-', ['x', { Ref: 'Stage' }]] }, 'x-test'],
    [{ 'Fn::Select': [1, { 'Fn::Split': [':', { 'Fn::GetAtt': ['Queue', 'Arn'] }] }] }, 'b'],
    [{ 'Fn::Select': ['0', ['x', 'y']] }, 'x'],
    [
      { 'Fn::Sub': sub('<Stage>-<AWS::Region>-<Queue.Arn>-<!Literal>') },
      sub('test-us-east-1-a:b:c-<Literal>'),
    ],
    [{ 'Fn::Sub': [sub('<a>/<Stage>'), { a: { Ref: 'Stage' } }] }, 'test/test'],
  ])('A value of a template %j is %s', (value, text) => {
    expect(resolveValue(value, lookUp)).toEqual({ text });
  });

  it.each<[unknown, string]>([
    [{ Ref: 'Other' }, 'Other'],
    [{ 'Fn::GetAtt': ['Queue', 'Name'] }, 'Queue.Name'],
    [{ 'Fn::Sub': sub('x<Other>') }, 'Other'],
    [{ 'Fn::If': ['c', 'a', 'b'] }, 'Fn::If'],
    [{}, 'an empty value'],
    [{ 'Fn::Join': ['', ['{{resolve:', 'ssm:x}}']] }, 'a dynamic reference'],
  ])('A value of a template %j has no value here, because of %s', (value, unresolved) => {
    expect(resolveValue(value, lookUp)).toEqual({ unresolved });
  });
});
