import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateAliasCommand,
  GetAliasCommand,
  InvokeCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import type { LocalLambda } from '../../src/local';
import { collect, lambdaClient, next, puppet, startLambda, stopAll } from './start-lambda';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'baton-versions-'));
});

afterEach(async () => {
  await stopAll();
  rmSync(directory, { recursive: true, force: true });
});

/** Code whose answer says which it is, and what Lambda says about it. */
function writeCode(answer: string, file = 'job.mjs'): string {
  const path = join(directory, file);
  const context =
    '{ version: context.functionVersion, arn: context.invokedFunctionArn.split(":function:")[1] }';
  writeFileSync(
    path,
    `export const handler = async (_event, context) => ({ answer: ${JSON.stringify(answer)}, ...${context} });`,
  );
  return path;
}

async function ask(lambda: LocalLambda, FunctionName: string, Qualifier?: string): Promise<unknown> {
  const answer = await lambdaClient(lambda).send(
    new InvokeCommand({ FunctionName, ...(Qualifier ? { Qualifier } : {}) }),
  );
  return { ...JSON.parse(answer.Payload?.transformToString() ?? ''), executed: answer.ExecutedVersion };
}

describe('a published version', () => {
  it('A published version runs the code it was published from, whatever comes later, by every name it has', async () => {
    const lambda = await startLambda();
    await lambda.createFunction({ name: 'job', code: writeCode('old') });
    const { Version } = await lambdaClient(lambda).send(new PublishVersionCommand({ FunctionName: 'job' }));
    expect(Version).toBe('1');
    writeCode('new');
    await lambda.updateFunction('job');
    const old = { answer: 'old', version: '1', arn: 'job:1', executed: '1' };
    expect(await ask(lambda, 'job')).toEqual({
      answer: 'new',
      version: '$LATEST',
      arn: 'job',
      executed: '$LATEST',
    });
    expect(await ask(lambda, 'job:1')).toEqual(old);
    expect(await ask(lambda, 'job', '1')).toEqual(old);
    expect(await ask(lambda, 'arn:aws:lambda:us-east-1:123456789012:function:job:1')).toEqual(old);
    expect(await ask(lambda, '123456789012:function:job:1')).toEqual(old);
    expect(await ask(lambda, 'job:$LATEST')).toMatchObject({ answer: 'new', arn: 'job:$LATEST' });
  });

  it('A published version keeps the settings it was published with', async () => {
    const lambda = await startLambda();
    await lambda.createFunction({ name: 'puppet', code: puppet, environment: { STAGE: 'one' } });
    lambda.publishVersion('puppet');
    await lambda.updateFunction('puppet', { environment: { STAGE: 'two' } });
    const env = { do: 'env', names: ['STAGE'] };
    expect((await lambda.invoke({ functionName: 'puppet:1', payload: env })).payload).toEqual({
      STAGE: 'one',
    });
    expect((await lambda.invoke({ functionName: 'puppet', payload: env })).payload).toEqual({ STAGE: 'two' });
  });

  it('A published version finds the packages that its code found, the AWS SDK first of all', async () => {
    const lambda = await startLambda();
    await lambda.createFunction({ name: 'puppet', code: puppet });
    lambda.publishVersion('puppet');
    const answer = await lambda.invoke({ functionName: 'puppet:1', payload: { do: 'invoke', payload: {} } });
    expect(answer).toMatchObject({ payload: 202, executedVersion: '1' });
  });

  it('A published version is a copy of a whole directory when the code is one', async () => {
    mkdirSync(join(directory, 'lib'));
    writeFileSync(join(directory, 'lib', 'answer.mjs'), 'export const answer = "old";');
    writeFileSync(
      join(directory, 'index.mjs'),
      'export { answer } from "./lib/answer.mjs"; import { answer } from "./lib/answer.mjs"; export const handler = async () => answer;',
    );
    const lambda = await startLambda();
    await lambda.createFunction({ name: 'job', code: directory });
    lambda.publishVersion('job');
    writeFileSync(join(directory, 'lib', 'answer.mjs'), 'export const answer = "new";');
    expect((await lambda.invoke({ functionName: 'job:1' })).payload).toBe('old');
    expect((await lambda.invoke({ functionName: 'job' })).payload).toBe('new');
  });

  it('A published version may be an ES module whose file ends with .js', async () => {
    writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
    const lambda = await startLambda();
    await lambda.createFunction({ name: 'job', code: writeCode('esm', 'job.js') });
    lambda.publishVersion('job');
    expect(await ask(lambda, 'job:1')).toMatchObject({ answer: 'esm' });
  });
});

describe('updateFunction', () => {
  it('updateFunction ends the warm environments of the old code at once, and the busy ones after their invocation', async () => {
    const lambda = await startLambda();
    await lambda.createFunction({ name: 'puppet', code: puppet, timeoutMs: 20_000 });
    const [warm, busy] = [
      lambda.invoke({ functionName: 'puppet', payload: { do: 'sleep', ms: 50 } }),
      lambda.invoke({ functionName: 'puppet', payload: { do: 'sleep', ms: 1500 } }),
    ];
    await warm;
    const ended = collect(lambda, 'environment-end');
    const firstEnd = next(lambda, 'environment-end');
    await lambda.updateFunction('puppet');
    await firstEnd;
    expect(ended).toHaveLength(1);
    const secondEnd = next(lambda, 'environment-end');
    expect((await busy).functionError).toBeUndefined();
    await secondEnd;
    expect(ended).toHaveLength(2);
  });
});

describe('an alias', () => {
  it('An alias is followed, and moves', async () => {
    const lambda = await startLambda();
    const client = lambdaClient(lambda);
    await lambda.createFunction({ name: 'job', code: writeCode('old') });
    lambda.publishVersion('job');
    await client.send(new CreateAliasCommand({ FunctionName: 'job', Name: 'live', FunctionVersion: '1' }));
    expect(await ask(lambda, 'job:live')).toEqual({
      answer: 'old',
      version: '1',
      arn: 'job:live',
      executed: '1',
    });
    writeCode('new');
    await lambda.updateFunction('job');
    lambda.publishVersion('job');
    await client.send(new UpdateAliasCommand({ FunctionName: 'job', Name: 'live', FunctionVersion: '2' }));
    expect(await ask(lambda, 'job', 'live')).toEqual({
      answer: 'new',
      version: '2',
      arn: 'job:live',
      executed: '2',
    });
    expect(await client.send(new GetAliasCommand({ FunctionName: 'job', Name: 'live' }))).toMatchObject({
      FunctionVersion: '2',
    });
  });

  it('An alias cannot point at nothing', async () => {
    const lambda = await startLambda();
    await lambda.createFunction({ name: 'puppet', code: puppet });
    expect(() => lambda.setAlias('puppet', 'live', '9')).toThrow(
      'ResourceNotFoundException: Function not found',
    );
  });
});

describe('code', () => {
  it('Code may be a TypeScript file: it is bundled with esbuild', async () => {
    const file = join(directory, 'job.ts');
    writeFileSync(
      file,
      'enum Stage { One = 1 }\nexport const handler = async (event: { n: number }): Promise<number> => event.n + Stage.One;',
    );
    const lambda = await startLambda();
    await lambda.createFunction({ name: 'job', code: file });
    expect((await lambda.invoke({ functionName: 'job', payload: { n: 1 } })).payload).toBe(2);
  });

  it('Code may use decorators, also where no tsconfig.json says so', async () => {
    const file = join(directory, 'job.ts');
    writeFileSync(
      file,
      'const seen: unknown[] = [];\nconst note = (_target: object, name: unknown) => void seen.push(typeof name);\nexport class Job { @note field = 1 }\nexport const handler = async () => seen;',
    );
    const lambda = await startLambda();
    await lambda.createFunction({ name: 'job', code: file });
    expect((await lambda.invoke({ functionName: 'job' })).payload).toEqual(['string']);
  });

  it('Code that cannot be bundled is refused with the place', async () => {
    const file = join(directory, 'job.ts');
    writeFileSync(file, 'export const handler = async () => {\n  return (;\n};');
    const lambda = await startLambda();
    await expect(lambda.createFunction({ name: 'job', code: file })).rejects.toThrow(
      /job\.ts cannot be bundled: Unexpected ";" \(.*job\.ts:2\)\n→ Correct the file/,
    );
  });

  it('Code that is not there is refused', async () => {
    const lambda = await startLambda();
    await expect(lambda.createFunction({ name: 'job', code: '/nowhere/job.mjs' })).rejects.toThrow(
      'Function job: there is no file or directory /nowhere/job.mjs.\n→ Build the bundle first, or correct the path.',
    );
  });

  it('Code with a dot in its name is refused, because Lambda cannot name its handler', async () => {
    copyFileSync(puppet, join(directory, 'puppet.bundle.cjs'));
    const lambda = await startLambda();
    await expect(
      lambda.createFunction({ name: 'job', code: join(directory, 'puppet.bundle.cjs') }),
    ).rejects.toThrow('because of the dot in it');
  });
});
