import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { collectFromAws } from '../../src/cli/doctor/collect/collect-from-aws';
import { collectFromTemplate } from '../../src/cli/doctor/collect/collect-from-template';
import { tryToRead } from '../../src/cli/doctor/collect/try-to-read';
import { checkFacts } from '../../src/cli/doctor/diagnosis';
import { readJobFacts } from '../../src/cli/doctor/read-job';
import { readTemplate } from '../../src/cli/template/template';

/** A bundle in CommonJS whose handler says of its job what the doctor reads. */
const commonJsJob = `
const plan = { name: 'Counting', safeMs: 60000, limits: { maxInvocations: 10, maxDurationMs: 1000 }, steps: [] };
exports.handler = Object.assign(async (event, context) => {}, { [Symbol.for('lambda-baton:plan')]: plan });
`;

/** A Lambda that answers by the name of the command, and knows nothing else. */
function answering(answers: Readonly<Record<string, object>>): LambdaClient {
  const send = async ({ constructor: { name } }: object) => answers[name.replace('Command', '')] ?? {};
  return { send, config: {} } as unknown as LambdaClient;
}

const arn = 'arn:aws:lambda:us-east-1:123456789012:function:count';
const examine = async (configuration: object) => {
  const GetFunctionConfiguration = {
    FunctionArn: arn,
    Version: '1',
    Runtime: 'nodejs24.x',
    Timeout: 900,
    ...configuration,
  };
  const lambda = answering({ GetFunctionConfiguration });
  const asked = { name: 'count', qualifier: 'live' };
  return checkFacts(
    await collectFromAws({ lambda, asked, region: 'us-east-1', isLocal: false, bundle: undefined }),
  );
};

describe('baton doctor on a function', () => {
  it('baton doctor on a function calls it an error when its variables cannot be decrypted, and all that they would have named', async () => {
    const findings = await examine({
      Environment: { Error: { ErrorCode: 'AccessDenied', Message: 'The key is not yours.' } },
    });
    expect(findings.filter(({ level }) => level === 'error')).toContainEqual({
      level: 'error',
      subject: 'environment',
      what: 'The variables could not be read: The key is not yours.',
      fix: 'Allow kms:Decrypt on the key to the credentials used here.',
    });
    expect(
      findings.map(({ what }) => what).filter((what) => /There is no queue|No variable names/.test(what)),
    ).toEqual([]);
  });

  it('baton doctor on a function says nothing of a key that opened the variables', async () => {
    const findings = await examine({ Environment: { Variables: {} } });
    expect(findings.some(({ what }) => what.includes('could not be read'))).toBe(false);
  });
});

describe('what could not be read', () => {
  const read = (error: Error) => tryToRead('The setting', 'lambda:Get', () => Promise.reject(error));
  const named = (name: string, message = 'no') => Object.assign(new Error(message), { name });

  it.each([
    ['a refusal', named('AccessDeniedException'), 'Allow lambda:Get to the credentials used here.'],
    [
      'a package that is not installed',
      named('Error', "Cannot find package '@aws-sdk/client-s3' imported from here"),
      'Run npm install --save-dev @aws-sdk/client-s3.',
    ],
    [
      'a missing Region',
      new Error('Region is missing'),
      'Say which Region: --region, or the variable AWS_REGION.',
    ],
    [
      'credentials that have expired, which AWS answers with 403 as well',
      Object.assign(named('ExpiredTokenException'), { $metadata: { httpStatusCode: 403 } }),
      'Give credentials that are valid: those used here are missing, wrong or have expired.',
    ],
    [
      'a signature that AWS does not take',
      Object.assign(named('InvalidSignatureException'), { $metadata: { httpStatusCode: 403 } }),
      'Give credentials that are valid, and look at the clock of this machine: AWS does not take the signature.',
    ],
    [
      'a key that may not be used',
      Object.assign(named('KMSAccessDeniedException'), { $metadata: { httpStatusCode: 403 } }),
      "Allow kms:Decrypt on the key of its variables to the function's role and to the credentials used here.",
    ],
    [
      'a key that is disabled',
      named('KMSDisabledException'),
      'Look at the key that its variables are encrypted with: it is disabled, is being deleted, or is not there.',
    ],
    [
      'a value that AWS refuses',
      named('InvalidParameterValueException'),
      'Correct what the message names: AWS does not take that value.',
    ],
    [
      'too many requests',
      named('TooManyRequestsException'),
      'Run baton doctor again in a minute: AWS has had too many requests from this account.',
    ],
    [
      'anything else',
      named('TimeoutError'),
      'Run baton doctor again; look at the network and the Region if it comes back.',
    ],
  ])('What could not be read is an error with a fix: %s', async (_what, error, fix) => {
    expect(await read(error)).toEqual({
      kind: 'unread',
      level: 'error',
      reason: `The setting could not be read: ${error.name}: ${error.message}`,
      fix,
    });
  });
});

describe('baton doctor on a template', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'baton-doctor-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const fn = (Variables: object) => ({
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { ZipFile: 'x' },
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Environment: { Variables },
    },
  });
  const warnings = async (resources: object) => {
    const file = join(folder, 'Jobs.template.json');
    writeFileSync(file, JSON.stringify({ Resources: resources }));
    const findings = checkFacts(await collectFromTemplate(readTemplate(file), undefined, undefined));
    return findings
      .filter(({ level }) => level === 'warning')
      .map(({ subject, what }) => `${subject}: ${what}`);
  };
  const elsewhere = { 'Fn::ImportValue': 'mine' };

  it.each([
    [
      'queue: The queue is not in the template.',
      { BATON_QUEUE_URL: elsewhere },
      { BATON_QUEUE_URL: { Ref: 'Queue' } },
    ],
    [
      'table: The table is not in the template.',
      { BATON_TABLE: elsewhere },
      { BATON_TABLE: { Ref: 'Table' } },
    ],
    [
      'bucket: The bucket is not in the template.',
      { BATON_BUCKET: elsewhere },
      { BATON_BUCKET: { Ref: 'Bucket' } },
    ],
  ])(
    'baton doctor on a template warns of what is not in it, and only of that: %s',
    async (what, there, here) => {
      const others = {
        Queue: { Type: 'AWS::SQS::Queue' },
        Table: { Type: 'AWS::DynamoDB::Table' },
        Bucket: { Type: 'AWS::S3::Bucket' },
      };
      expect(await warnings({ Job: fn(there), ...others })).toContain(what);
      expect(await warnings({ Job: fn(here), ...others })).not.toContain(what);
    },
  );

  const examineTemplate = async (template: object, asked?: string) => {
    const file = join(folder, 'Jobs.template.json');
    writeFileSync(file, JSON.stringify(template));
    return checkFacts(await collectFromTemplate(readTemplate(file), asked, undefined));
  };
  const say = (findings: Awaited<ReturnType<typeof examineTemplate>>, ...subjects: string[]) =>
    findings.filter(({ subject }) => subjects.includes(subject)).map(({ level, what }) => `${level} ${what}`);

  it('baton doctor on a template reads what parameters and mappings say of it', async () => {
    const job = {
      ...fn({}),
      Properties: { ...fn({}).Properties, Timeout: { Ref: 'Seconds' }, MemorySize: { Ref: 'Megabytes' } },
    };
    const Runtime = { 'Fn::FindInMap': ['Nodes', { Ref: 'AWS::Region' }, 'value'] };
    const Parameters = { Seconds: { Type: 'Number', Default: 900 }, Megabytes: { Type: 'Number' } };
    const examineWith = (newest: string) =>
      examineTemplate({
        Parameters,
        Mappings: { Nodes: { 'us-east-1': { value: newest }, 'eu-west-1': { value: 'nodejs22.x' } } },
        Resources: { Job: { ...job, Properties: { ...job.Properties, Runtime } } },
      });
    expect(say(await examineWith('nodejs24.x'), 'runtime', 'memory', 'time-out')).toEqual([
      'warning The memory is known only when it is deployed.',
      'ok nodejs22.x.',
    ]);
    expect(say(await examineWith('nodejs16.x'), 'runtime')).toEqual([
      'error nodejs16.x is no longer supported by AWS.',
    ]);
  });

  it('baton doctor on a template says of what only the deployment tells that it was not looked at', async () => {
    const told = { Ref: 'P' };
    const Properties = {
      ...fn({}).Properties,
      Runtime: told,
      Timeout: told,
      RecursiveLoop: told,
      ReservedConcurrentExecutions: told,
    };
    const findings = await examineTemplate({
      Parameters: { P: { Type: 'String' } },
      Resources: { Job: { ...fn({}), Properties } },
    });
    expect(say(findings, 'runtime', 'time-out', 'recursion', 'concurrency')).toEqual([
      'warning The time-out is known only when it is deployed.',
      'warning The runtime is known only when it is deployed.',
      'warning The recursion setting is known only when it is deployed.',
      'warning The reserved concurrency is known only when it is deployed.',
    ]);
    expect(JSON.stringify(findings)).not.toMatch(/NaN|object Object/);
  });

  it('baton doctor on a template reads how large a message the queue takes, and what it invokes', async () => {
    const Resources = (MaximumMessageSize: unknown, FunctionName: unknown) => ({
      Job: fn({ BATON_QUEUE_URL: { Ref: 'Queue' } }),
      Version: {
        Type: 'AWS::Lambda::Version',
        DeletionPolicy: 'Retain',
        Properties: { FunctionName: { Ref: 'Job' } },
      },
      Live: {
        Type: 'AWS::Lambda::Alias',
        Properties: { FunctionName: { Ref: 'Job' }, Name: 'live', FunctionVersion: '1' },
      },
      Queue: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 18, MaximumMessageSize } },
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
          FunctionName,
          BatchSize: 1,
          FunctionResponseTypes: ['ReportBatchItemFailures'],
        },
      },
    });
    const examineWith = async (size: unknown, target: unknown) =>
      say(await examineTemplate({ Resources: Resources(size, target) }), 'queue', 'versions');
    expect(await examineWith(undefined, { Ref: 'Live' })).toEqual(
      expect.arrayContaining([
        'ok It takes messages up to 1048576 bytes.',
        expect.stringContaining('ok Executions that begin on live end'),
      ]),
    );
    const small = await examineWith(262_144, { Ref: 'Job' });
    expect(small).toContainEqual(
      expect.stringContaining('warning Queue Queue takes messages up to 262144 bytes'),
    );
    expect(small).toContainEqual(expect.stringContaining('warning The queue invokes Job: $LATEST'));
    expect(await examineWith(262_144, { Ref: 'Version' })).toContainEqual(
      expect.stringContaining('warning The queue invokes Version: one version'),
    );
  });

  it.each<[string | undefined, string]>([
    ['Retain', 'ok'],
    ['RetainExceptOnCreate', 'ok'],
    ['Delete', 'error'],
    [undefined, 'error'],
  ])(
    'baton doctor on a template looks whether the version that executions stay on is kept: %s',
    async (DeletionPolicy, level) => {
      const findings = await examineTemplate({
        Resources: {
          Job: fn({}),
          Version: {
            Type: 'AWS::Lambda::Version',
            DeletionPolicy,
            Properties: { FunctionName: { Ref: 'Job' } },
          },
          Live: {
            Type: 'AWS::Lambda::Alias',
            Properties: {
              FunctionName: { Ref: 'Job' },
              Name: 'live',
              FunctionVersion: { 'Fn::GetAtt': ['Version', 'Version'] },
            },
          },
        },
      });
      expect(
        findings.filter(({ subject }) => subject === 'versions').map((finding) => finding.level),
      ).toEqual([level]);
    },
  );

  it.each<[string, object | undefined, string]>([
    ['nothing', undefined, 'error'],
    [
      'its key, for less than it takes',
      { Action: 'kms:Decrypt', Resource: { 'Fn::GetAtt': ['Key', 'Arn'] } },
      'error',
    ],
    ['another key', { Action: 'kms:*', Resource: 'arn:aws:kms:us-east-1:123456789012:key/other' }, 'error'],
    [
      'its key',
      { Action: ['kms:Decrypt', 'kms:GenerateDataKey*'], Resource: { 'Fn::GetAtt': ['Key', 'Arn'] } },
      'ok',
    ],
    ['every key', { Action: 'kms:*', Resource: '*' }, 'ok'],
  ])(
    'baton doctor on a template looks whether the function may use the key of its table: it may use %s',
    async (_what, statement, level) => {
      const Statement = statement ? [{ Effect: 'Allow', ...statement }] : [];
      const job = fn({ BATON_TABLE: { Ref: 'Table' } });
      const findings = await examineTemplate({
        Resources: {
          Job: { ...job, Properties: { ...job.Properties, Role: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
          Role: { Type: 'AWS::IAM::Role', Properties: { Policies: [{ PolicyDocument: { Statement } }] } },
          Key: { Type: 'AWS::KMS::Key', Properties: {} },
          Table: {
            Type: 'AWS::DynamoDB::Table',
            Properties: {
              SSESpecification: { SSEEnabled: true, KMSMasterKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] } },
            },
          },
        },
      });
      expect(findings.filter(({ subject }) => subject === 'keys').map((finding) => finding.level)).toEqual([
        level,
      ]);
    },
  );

  it('baton doctor on a template loads the code as Lambda does, in a project of ES modules too', async () => {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const directory = join(folder, 'asset');
    mkdirSync(directory);
    writeFileSync(join(directory, 'index.js'), commonJsJob);
    const job = { ...fn({}), Metadata: { 'aws:asset:path': 'asset' } };
    const findings = await examineTemplate({
      Resources: { Job: { ...job, Properties: { ...job.Properties, Timeout: 900 } } },
    });
    expect(say(findings, 'job', 'time-out')).toEqual([
      'ok 900000 ms, of which job Counting works 840000 ms.',
    ]);
    expect(
      await readJobFacts({ file: join(directory, 'index.js'), handler: 'index.handler', variables: {} }),
    ).toMatchObject({
      kind: 'known',
      value: { name: 'Counting' },
    });
  });

  it('baton doctor on a template reads and checks every job that the handler hosts', async () => {
    const directory = join(folder, 'hosted');
    mkdirSync(directory);
    const several = `
const plan = (name, safeMs) =>
  ({ name, safeMs, limits: { maxInvocations: 10, maxDurationMs: 1000 }, steps: [] });
const plans = [plan('Counting', 60000), plan('Repairing', 900000)];
exports.handler = Object.assign(async (event, context) => {}, {
  [Symbol.for('lambda-baton:plan')]: plans[0], [Symbol.for('lambda-baton:plans')]: plans,
});`;
    writeFileSync(join(directory, 'index.js'), several);
    const job = { ...fn({}), Metadata: { 'aws:asset:path': 'hosted' } };
    const findings = await examineTemplate({
      Resources: { Job: { ...job, Properties: { ...job.Properties, Timeout: 900 } } },
    });
    expect(say(findings, 'job', 'time-out')).toEqual([
      expect.stringContaining('is not above safeMs of job Repairing (900000 ms)'),
      'ok 900000 ms, of which job Counting works 840000 ms.',
    ]);
  });

  it('baton doctor on a template warns that a role from elsewhere, and code that is not here, were not looked at', async () => {
    const said = await warnings({ Job: fn({}) });
    expect(said).toContain("permissions: The function's role is not in the template, nor what it may do.");
    expect(said).toContainEqual(
      expect.stringMatching(/^job: Function Job: its code is written into the template/),
    );
  });
});
