import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { collectFromAws } from '../../src/cli/doctor/collect/collect-from-aws';
import { collectFromTemplate } from '../../src/cli/doctor/collect/collect-from-template';
import { tryToRead } from '../../src/cli/doctor/collect/try-to-read';
import { judgeFacts } from '../../src/cli/doctor/judge-facts';
import { readTemplate } from '../../src/cli/template/template';

/** A Lambda that answers by the name of the command, and knows nothing else. */
function answering(answers: Readonly<Record<string, object>>): LambdaClient {
  const send = async ({ constructor: { name } }: object) => answers[name.replace('Command', '')] ?? {};
  return { send, config: {} } as unknown as LambdaClient;
}

const arn = 'arn:aws:lambda:us-east-1:123456789012:function:count';
const examine = async (configuration: object) => {
  const GetFunctionConfiguration = { FunctionArn: arn, Version: '1', Runtime: 'nodejs24.x', Timeout: 900, ...configuration };
  const lambda = answering({ GetFunctionConfiguration });
  const asked = { name: 'count', qualifier: 'live' };
  return judgeFacts(await collectFromAws({ lambda, asked, region: 'us-east-1', isLocal: false, bundle: undefined }));
};

describe('baton doctor on a function', () => {
  it('calls it an error when its variables cannot be decrypted, and all that they would have named', async () => {
    const findings = await examine({ Environment: { Error: { ErrorCode: 'AccessDenied', Message: 'The key is not yours.' } } });
    expect(findings.filter(({ level }) => level === 'error')).toContainEqual({
      level: 'error',
      subject: 'environment',
      what: 'The variables could not be read: The key is not yours.',
      cure: 'Allow kms:Decrypt on the key to the credentials used here.',
    });
    expect(findings.map(({ what }) => what).filter((what) => /There is no queue|No variable names/.test(what))).toEqual([]);
  });

  it('says nothing of a key that opened the variables', async () => {
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
    ['anything else', named('TimeoutError'), 'Run baton doctor again; look at the network and the Region if it comes back.'],
  ])('is an error with a cure: %s', async (_what, error, cure) => {
    expect(await read(error)).toEqual({
      kind: 'unread',
      level: 'error',
      reason: `The setting could not be read: ${error.name}: ${error.message}`,
      cure,
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
    Properties: { Code: { ZipFile: 'x' }, Runtime: 'nodejs24.x', Handler: 'index.handler', Environment: { Variables } },
  });
  const warnings = async (resources: object) => {
    const file = join(folder, 'Jobs.template.json');
    writeFileSync(file, JSON.stringify({ Resources: resources }));
    const findings = judgeFacts(await collectFromTemplate(readTemplate(file), undefined, undefined));
    return findings.filter(({ level }) => level === 'warning').map(({ subject, what }) => `${subject}: ${what}`);
  };
  const elsewhere = { 'Fn::ImportValue': 'mine' };

  it.each([
    ['queue: The queue is not in the template.', { BATON_QUEUE_URL: elsewhere }, { BATON_QUEUE_URL: { Ref: 'Queue' } }],
    ['table: The table is not in the template.', { BATON_TABLE: elsewhere }, { BATON_TABLE: { Ref: 'Table' } }],
    ['bucket: The bucket is not in the template.', { BATON_BUCKET: elsewhere }, { BATON_BUCKET: { Ref: 'Bucket' } }],
  ])('warns of what is not in it, and only of that: %s', async (what, there, here) => {
    const others = { Queue: { Type: 'AWS::SQS::Queue' }, Table: { Type: 'AWS::DynamoDB::Table' }, Bucket: { Type: 'AWS::S3::Bucket' } };
    expect(await warnings({ Job: fn(there), ...others })).toContain(what);
    expect(await warnings({ Job: fn(here), ...others })).not.toContain(what);
  });

  it('warns that a role from elsewhere, and code that is not here, were not looked at', async () => {
    const said = await warnings({ Job: fn({}) });
    expect(said).toContain("permissions: The function's role is not in the template, nor what it may do.");
    expect(said).toContainEqual(expect.stringMatching(/^job: Function Job: its code is written into the template/));
  });
});
