import { createHook } from 'node:async_hooks';
import {
  inject,
  LongRunning,
  OnComplete,
  State,
  Step,
  type StepContext,
  Terminate,
  TIMER,
  type Timer,
  wait,
} from '../../../src';
import { JobTestEnvironment, MemoryCheckpointStore } from '../../../src/testing';

/** Works for a day and more, with failures and waits. */
@LongRunning({ safeMs: 60_000, intervalMs: 30_000 })
class Day {
  @State() pages = 0;

  constructor(@inject(TIMER) private readonly timer: Timer) {}

  @Step() async readPage({ attempt }: StepContext) {
    await new Promise<void>((resolve) => this.timer.once(120_000, resolve));
    if (attempt === 1 && this.pages % 10 === 3) throw new Error('a hiccup');
    this.pages += 1;
    return this.pages % 10 === 0 ? wait({ seconds: 3 * 3_600 }) : undefined;
  }

  @Terminate() isDone() {
    return this.pages === 100;
  }

  @OnComplete() end() {
    return this.pages;
  }
}

/** Kinds of what Node makes for timers, sockets, files, processes and threads. */
const real = /^(Timeout|TCP|TLS|UDP|PIPE|PROCESS|FSREQ|FILEHANDLE|GETADDRINFO|WORKER|HTTP)/i;

/** Jest itself has a clock to show. */
const byJest = /node_modules[\\/](@jest[\\/]reporters|jest-worker)/;

describe('a run', () => {
  const open = () => JobTestEnvironment.create(Day, { store: () => new MemoryCheckpointStore() });

  it('A run of more than a day takes as long as its work, and nothing of its waits', async () => {
    const before = process.cpuUsage();
    const run = await open().run();
    const { user, system } = process.cpuUsage(before);
    expect(run).toMatchObject({ outcome: 'completed', result: 100 });
    expect(run.durationMs).toBeGreaterThan(24 * 3_600_000);
    expect((user + system) / 1_000).toBeLessThan(10_000);
  });

  it('A run touches no real timer, socket, file, process or thread', async () => {
    const made: string[] = [];
    const hook = createHook({
      init: (_id, type) => {
        if (!real.test(type) || !byJest.test(new Error().stack ?? '')) made.push(type);
      },
    });
    const env = open();
    hook.enable();
    try {
      await env.run();
      await env.run({ handOffAfterEveryStep: true, schedule: 'crash@9 timeout@20 lost-reply@30' });
    } finally {
      hook.disable();
    }
    expect(made.filter((type) => real.test(type))).toEqual([]);
    expect(made).toContain('Immediate');
  });

  it('A run is not stopped by the fake timers of a test framework', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
    try {
      expect((await open().run()).outcome).toBe('completed');
    } finally {
      jest.useRealTimers();
    }
  });
});
