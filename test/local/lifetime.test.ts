import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { LocalLambda } from '../../src/local';
import { preloadSource } from '../../src/local/environment/preload-source';
import { collect, next, puppet, reasons, startPuppet, stopAll } from './start-lambda';

afterEach(stopAll);

function isAlive(pid: number): boolean {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : 'Z';
  return !/^\d+ \(.*\) Z/.test(stat) && stat !== 'Z';
}

async function untilDead(pids: readonly number[]): Promise<void> {
  while (pids.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('stop', () => {
  it('stop() ends every process, resting and busy, and what was running says so', async () => {
    const lambda = await startPuppet({ timeoutMs: 60_000 });
    const started = collect(lambda, 'environment-start');
    const ends = collect(lambda, 'invocation-end');
    await Promise.all([1, 2].map(() => lambda.invoke({ functionName: 'puppet', payload: { do: 'pid' } })));
    const running = lambda.invoke({ functionName: 'puppet', payload: { do: 'spin' } });
    await next(lambda, 'invocation-start');
    await lambda.stop();
    expect((await running).functionError).toBe('Unhandled');
    expect(reasons(ends)).toEqual(['ok', 'ok', 'stopped']);
    expect(started.length).toBeGreaterThanOrEqual(2);
    expect(started.filter(({ pid }) => isAlive(pid))).toEqual([]);
  });

  it('stop() closes the port and removes the temporary files', async () => {
    const lambda = await startPuppet();
    const { payload } = await lambda.invoke({ functionName: 'puppet', payload: { do: 'execArgv' } });
    const preload = (payload as string[]).find((argument) => argument.endsWith('preload.cjs')) ?? '';
    expect(existsSync(preload)).toBe(true);
    const port = Number(new URL(lambda.endpoint).port);
    await lambda.stop();
    const server = createServer();
    await new Promise<void>((resolve, reject) =>
      server.once('error', reject).listen(port, '127.0.0.1', resolve),
    );
    await new Promise((resolve) => server.close(resolve));
    expect(existsSync(dirname(preload))).toBe(false);
  });

  it('stop() gives handlers a folder for temporary files that outlives a dead process, and goes with the local Lambda', async () => {
    const lambda = await startPuppet();
    const folders = [];
    for (let time = 0; time < 2; time += 1) {
      const { payload } = await lambda.invoke({
        functionName: 'puppet',
        payload: { do: 'env', names: ['TMPDIR'] },
      });
      folders.push((payload as { TMPDIR: string }).TMPDIR);
      await lambda.invoke({ functionName: 'puppet', payload: { do: 'exit', code: 1 } });
    }
    expect(folders[0]).not.toBe(tmpdir());
    expect(folders[1]).toBe(folders[0]);
    expect(existsSync(folders[0] ?? '')).toBe(true);
    await lambda.stop();
    expect(existsSync(folders[0] ?? '')).toBe(false);
  });

  it('stop() drops what is waiting for its retry', async () => {
    const lambda = await startPuppet({ retryDelaysMs: [60_000, 60_000] });
    const retry = next(lambda, 'retry');
    await lambda.invoke({ functionName: 'puppet', invocationType: 'Event', payload: { do: 'fail' } });
    await retry;
    await lambda.stop();
    await lambda.idle();
    expect(lambda.metric('puppet', 'Invocations')).toBe(1);
  });

  it('stop() may be called twice, and by await using', async () => {
    let port = 0;
    {
      await using lambda = await LocalLambda.start();
      port = Number(new URL(lambda.endpoint).port);
      await lambda.stop();
    }
    expect(port).toBeGreaterThan(0);
  });

  it('stop() ends what a handler has started, too', async () => {
    const lambda = await startPuppet();
    const { payload } = await lambda.invoke({ functionName: 'puppet', payload: { do: 'startChild' } });
    expect(isAlive(payload as number)).toBe(true);
    await lambda.stop();
    await untilDead([payload as number]);
  });
});

describe('idle', () => {
  it('idle() resolves at once when there is nothing to do', async () => {
    const lambda = await startPuppet();
    await lambda.idle();
  });

  it('idle() waits for retries and for messages, delayed and hidden ones included', async () => {
    const lambda = await startPuppet({ retryDelaysMs: [50, 50], timeoutMs: 1000 });
    const { arn } = await lambda.createQueue({ name: 'work', visibilityTimeoutMs: 1000 });
    lambda.addEventSourceMapping({ functionName: 'puppet', queueArn: arn, batchSize: 1 });
    lambda.sendMessage(arn, '{}', { delayMs: 150 });
    await lambda.invoke({ functionName: 'puppet', invocationType: 'Event', payload: { do: 'fail' } });
    await lambda.idle();
    expect(lambda.metric('puppet', 'Invocations')).toBe(4);
  });
});

describe('the preloaded module', () => {
  it('The preloaded module ends its process when the lifeline to the parent closes, even without the guardian', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'baton-preload-'));
    const preload = join(directory, 'preload.cjs');
    writeFileSync(preload, preloadSource);
    const child = spawn(process.execPath, ['--require', preload, '-e', 'setInterval(() => {}, 1000)'], {
      env: { AWS_LAMBDA_RUNTIME_API: '127.0.0.1:1' },
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    });
    const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
    child.stdio[3]?.destroy();
    expect(await ended).toBe('SIGKILL');
    rmSync(directory, { recursive: true });
  });
});

describe('a parent', () => {
  let directory = '';
  let built = '';

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'baton-parent-'));
    built = join(directory, 'local.cjs');
    await build({
      entryPoints: [join(__dirname, '../../src/local/index.ts')],
      outfile: built,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'error',
    });
  });

  afterAll(() => rmSync(directory, { recursive: true }));

  it('A parent that stops it goes on, and ends by itself when it is done', async () => {
    const code = `require(${JSON.stringify(built)}).LocalLambda.start().then((lambda) => lambda.stop()).then(() => console.log('went on'))`;
    const parent = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    parent.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    const exitCode = await new Promise((resolve) => parent.once('close', resolve));
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: 'went on\n' });
  });

  it('A parent that is killed takes every environment with it, resting and busy, and the temporary files', async () => {
    const parent = spawn(process.execPath, [join(__dirname, 'fixtures', 'parent.cjs'), built, puppet], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pids: number[] = [];
    let output = '';
    for await (const chunk of parent.stdout as AsyncIterable<Buffer>) {
      output += chunk.toString();
      if (output.includes('ready')) break;
    }
    for (const [, pid] of output.matchAll(/pid (\d+)/g)) pids.push(Number(pid));
    const owned = output.match(/directory (.+)/)?.[1] ?? '';
    expect(existsSync(owned)).toBe(true);
    expect(pids).toHaveLength(2);
    expect(pids.every(isAlive)).toBe(true);
    parent.kill('SIGKILL');
    await untilDead(pids);
    while (existsSync(owned)) await new Promise((resolve) => setTimeout(resolve, 10));
  });
});
