import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CHECKPOINT_STORE,
  createHandler,
  FileCheckpointStore,
  LongRunning,
  MemoryCheckpointStore,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
} from '../../src';
import { main } from '../../src/cli/main';
import { fakeLambdaContext, RecordingSender } from '../../src/testing';
import { virtualWorld } from '../helpers/virtual-world';
import { PaperTerminal } from './paper-terminal';
import { readPrinted } from './read-printed';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'baton-watch-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

const watch = (...args: string[]) =>
  readPrinted(['watch', ...args, '--directory', directory, '--every', '100ms']);

/** An import of five pages, two of them in an invocation, which is called by hand. */
function importOf(failsAt = -1) {
  const sender = new RecordingSender();
  const world = virtualWorld({ senders: [sender] });
  world.clock.moveTo(Date.now());

  @LongRunning({ name: 'import', safeMs: 10_000, intervalMs: 1_000 })
  class Import {
    @State() pages = 0;
    @Step() async readPage({ progress }: StepContext) {
      if (this.pages === failsAt) throw new TerminalError('page is gone');
      await world.timer.sleep(26_000);
      this.pages += 1;
      progress(this.pages, 5, 'pages');
    }
    @Terminate() isDone() {
      return this.pages === 5;
    }
  }

  // Virtual time must not pass while files are written: what the memory has is copied when a call has ended.
  const store = new MemoryCheckpointStore();
  const files = new FileCheckpointStore({ directory });
  const copy = async () => {
    for (const id of ['lambda-baton:history:import-7', 'import-7']) {
      const stored = await store.load(id);
      if (stored !== undefined) await files.save(stored, (await files.load(id))?.revision);
    }
  };
  const handler = createHandler(Import, {
    providers: [...world.providers, { token: CHECKPOINT_STORE, useValue: store }],
  });
  const call = (event: unknown, awsRequestId: string) =>
    world.timer
      .drive(handler(event, fakeLambdaContext({ clock: world.clock, awsRequestId, remainingMs: 60_000 })))
      .catch(() => {})
      .then(copy);
  const start = () => call({ lambdaBaton: { v: 1, start: { executionId: 'import-7', input: {} } } }, 'r1');
  const goOn = (number: number) => call(JSON.parse(sender.sent.at(-1)?.body ?? ''), `r${number}`);
  return { start, goOn };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('baton watch', () => {
  it('baton watch shows invocations as they come and the progress, and ends with 0 when the execution completes', async () => {
    const { start, goOn } = importOf();
    await start();
    const watching = watch('import-7');
    await pause(300);
    await goOn(2);
    await pause(300);
    await goOn(3);
    const { exitCode, stdout, stderr } = await watching;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const lines = stdout.split('\n').map((line) => line.replace(/^ *\S+ (s|min.*?s|min|h) {2}/, ''));
    expect(lines.filter((line) => line.startsWith('#') && !line.endsWith('running'))).toEqual([
      expect.stringMatching(/^#1 {3}handed off, after 52 s, 2 steps, \$[\d.]+, cold$/),
      expect.stringMatching(/^#2 {3}handed off, after 52 s, 2 steps, \$[\d.]+$/),
      expect.stringMatching(/^#3 {3}completed, after 26 s, 1 step, \$[\d.]+$/),
    ]);
    expect(stdout).toMatch(/readPage: 40 %, 2 of 5/);
    expect(stdout).toMatch(/✔ completed {2}import-7 of job import\n/);
    expect(stdout).toMatch(/ended {8}2 handed-off, 1 completed\n/);
  });

  it('baton watch ends with 1 and the error when the execution fails', async () => {
    const { start } = importOf(1);
    await start();
    const { exitCode, stdout } = await watch('import-7');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/#1 {3}failed, after 26 s, 1 step, 1 failed attempt, \$[\d.]+, cold/);
    expect(stdout).toContain('TerminalError: page is gone');
  });

  it('baton watch writes one JSON object a line with --json', async () => {
    const { start, goOn } = importOf();
    await start();
    const watching = watch('import-7', '--json');
    await pause(250);
    await goOn(2);
    await goOn(3);
    const { exitCode, stdout } = await watching;
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(exitCode).toBe(0);
    expect(lines.filter(({ type }) => type === 'invocation')).toMatchObject([
      { executionId: 'import-7', invocation: 1, ending: 'handed-off' },
      { invocation: 2, ending: 'handed-off' },
      { invocation: 3, ending: 'completed' },
    ]);
    expect(lines[1]).toMatchObject({ type: 'execution', status: 'running', progress: { done: 2, total: 5 } });
    expect(lines.at(-1)).toMatchObject({ type: 'execution', status: 'completed', progress: { done: 5 } });
  });

  it('baton watch draws the bar of baton dev on a terminal, and gives it back when it is interrupted', async () => {
    const { start } = importOf();
    await start();
    const terminal = new PaperTerminal(80);
    const interruption = new AbortController();
    const streams = {
      stdout: terminal,
      stderr: terminal,
      stdin: Readable.from(['']),
      environment: { NO_COLOR: '1' },
      workingDirectory: directory,
    };
    const watching = main(['watch', 'import-7', '--directory', directory, '--every', '100ms'], {
      streams,
      interruption: interruption.signal,
      readVersion: () => '',
      readPackageFile: () => '',
    });
    await pause(300);
    expect(terminal.text).toMatch(/↪ #1 {3}handed off, after 52 s, 2 steps/);
    expect(terminal.text).toMatch(/readPage {2}━+─+ {2,}40 % {2}2\/5/);
    expect(terminal.text).toMatch(/#2 is to go on · .* · 1 invocation · 2 steps · \$/);
    interruption.abort(Object.assign(new Error('SIGINT'), { exitCode: 130 }));
    expect(await watching).toBe(130);
    expect(terminal.isCursorHidden).toBe(false);
  });

  it('baton watch refuses an execution that is not there, and an interval that is none', async () => {
    expect(await watch('nobody')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('The store has no execution nobody.'),
    });
    expect(await readPrinted(['watch', 'x', '--directory', directory, '--every', 'often'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--every often: that is not a duration.'),
    });
  });
});
