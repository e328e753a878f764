import { randomBytes } from 'node:crypto';
import {
  CLOCK,
  CONTINUATION_SENDERS,
  complete,
  createHandler,
  inject,
  LOGGER,
  LongRunning,
  OnComplete,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
  TIMER,
  type Timer,
  wait,
} from '../../../src';
import {
  epochMs,
  FaultySender,
  JobTestEnvironment,
  MemoryCheckpointStore,
  MemoryLogger,
  RecordingSender,
} from '../../../src/testing';

interface Input {
  readonly pages: number;
}

/** Reads pages, each of which takes 100 seconds. */
@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
class ReadPages {
  @State() page = 0;

  constructor(@inject(TIMER) private readonly timer: Timer) {}

  @Step() async read() {
    await new Promise<void>((resolve) => this.timer.once(100_000, resolve));
    this.page += 1;
  }

  @Terminate() isDone(ctx: StepContext<Input>) {
    return this.page === ctx.input.pages;
  }

  @OnComplete() end() {
    return { pages: this.page };
  }
}

describe('JobTestEnvironment.create', () => {
  it('JobTestEnvironment.create refuses other jobs of the handler as createHandler does', () => {
    @LongRunning({ safeMs: 1_000, intervalMs: 100, name: 'ReadPages' })
    class Same {
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
    }
    const create = () => JobTestEnvironment.create(ReadPages, { otherJobs: [Same] });
    expect(create).toThrow('have the same job name, ReadPages');
  });
});

describe('JobTestEnvironment.run', () => {
  it('JobTestEnvironment.run runs an execution to its end, over as many invocations as it takes, and says what happened', async () => {
    const run = await JobTestEnvironment.create(ReadPages, { input: { pages: 10 } }).run();
    expect(run).toMatchObject({
      outcome: 'completed',
      result: { pages: 10 },
      state: { page: 10 },
      error: undefined,
      endingCount: 1,
    });
    expect(run.invocations).toMatchObject([
      {
        call: 1,
        channel: 'event',
        invocation: 1,
        end: 'handed-off',
        reason: 'interrupted',
        durationMs: 890_000,
      },
      { call: 2, channel: 'lambda', invocation: 2, end: 'completed', durationMs: 200_000 },
    ]);
    expect(run.continuations).toMatchObject([{ channel: 'lambda', invocation: 2, call: 1, delaySeconds: 0 }]);
    expect(run.continuations[0]?.bytes).toBe(Buffer.byteLength(run.continuations[0]?.body ?? ''));
    expect(run.steps.filter(({ attempts }) => attempts > 1)).toMatchObject([
      {
        name: 'read',
        cycle: 9,
        attempts: 2,
        calls: [
          { call: 1, end: 'cut-off' },
          { call: 2, end: 'returned' },
        ],
      },
    ]);
    expect(run.logs.filter(({ message }) => message === 'execution completed')).toMatchObject([
      { call: 2, atMs: epochMs + 1_090_000 },
    ]);
  });

  it('JobTestEnvironment.run writes the run as a compact text that is always the same', async () => {
    const env = JobTestEnvironment.create(ReadPages, { input: { pages: 10 } });
    const run = await env.run();
    expect(String(run)).toBe(
      [
        '0 ms #1 by event execution-1-start: handed-off (interrupted) after 14 m 50 s',
        '  read 1 m 40 s × 8',
        '  read 1 m 30 s cut off',
        '  → invocation 2 by lambda',
        '14 m 50 s #2 by lambda request-1: completed after 3 m 20 s',
        '  read 1 m 40 s × 2',
        '  end',
        'completed after 18 m 10 s in 2 invocations',
      ].join('\n'),
    );
    expect((await env.run()).timeline()).toBe(run.timeline());
  });

  it('JobTestEnvironment.run resolves to a failed execution, with the error and the state of the last safe point', async () => {
    @LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
    class Fails {
      @State() n = 0;
      @Step() work() {
        this.n += 1;
        if (this.n === 3) throw new TerminalError('no such account');
      }
      @Terminate() isDone() {
        return false;
      }
    }

    const run = await JobTestEnvironment.create(Fails).run();
    expect(run).toMatchObject({
      outcome: 'failed',
      state: { n: 2 },
      error: { code: 'EXECUTION_FAILED', cause: { code: 'TERMINAL' } },
    });
    expect(run.invocations).toMatchObject([{ end: 'failed' }]);
    expect(run.deadLetters).toMatchObject([{ channel: 'event', reason: 'ExecutionFailed' }]);
    expect(String(run)).toBe(
      [
        '0 ms #1 by event execution-1-start: failed after 0 ms',
        '  work × 2',
        '  work threw TerminalError: no such account',
        'dead letter: event execution-1-start (ExecutionFailed)',
        'failed after 0 ms in 1 invocation',
      ].join('\n'),
    );
  });

  it('JobTestEnvironment.run refuses an invalid job when it is made, as createHandler does', () => {
    class NoJob {}
    expect(() => JobTestEnvironment.create(NoJob)).toThrow('class NoJob has no @LongRunning');
  });

  it('JobTestEnvironment.run refuses a durability that needs a store when there is none, as createHandler does', () => {
    @LongRunning({ safeMs: 60_000, intervalMs: 5_000, durability: 'step' })
    class NeedsStore {
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
    }
    expect(() => JobTestEnvironment.create(NeedsStore)).toThrow(
      'needs a checkpoint store, and there is none',
    );
    expect(() =>
      JobTestEnvironment.create(NeedsStore, { store: () => new MemoryCheckpointStore() }),
    ).not.toThrow();
  });

  it('JobTestEnvironment.run delivers waits through the queue, in hops of up to 15 minutes', async () => {
    @LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
    class Sleeper {
      @State() wokeAtMs = 0;
      constructor(@inject(CLOCK) private readonly clock: { now(): number }) {}
      @Step({ once: true }) rest() {
        return wait({ seconds: 3_600 });
      }
      @Step() wake() {
        this.wokeAtMs = this.clock.now();
        return complete(this.wokeAtMs);
      }
      @Terminate() isDone() {
        return false;
      }
    }

    const run = await JobTestEnvironment.create(Sleeper, {
      startedAt: new Date('2026-11-01T00:00:00Z'),
    }).run();
    expect(run.result).toBe(Date.parse('2026-11-01T01:00:00Z'));
    expect(run.continuations.map(({ channel, delaySeconds }) => [channel, delaySeconds])).toEqual(
      Array(4).fill(['sqs', 900]),
    );
    expect(run.invocations.map(({ end }) => end)).toEqual([
      'waiting',
      'waiting',
      'waiting',
      'waiting',
      'completed',
    ]);
    const without = await JobTestEnvironment.create(Sleeper, { queue: false }).run();
    expect(without).toMatchObject({
      outcome: 'failed',
      error: { cause: { message: expect.stringContaining('BATON_QUEUE_URL') } },
    });
  });

  it('JobTestEnvironment.run refuses what is larger than the queue’s own maximum, as SQS does: with a store it goes by reference, without one it fails', async () => {
    @LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
    class Carrier {
      @State() cargo = '';
      @Step() load() {
        this.cargo = randomBytes(225_000).toString('base64');
        return wait({ seconds: 900 });
      }
      @Step() unload() {
        return complete(this.cargo.length);
      }
      @Terminate() isDone() {
        return false;
      }
    }

    const queueMaximumMessageBytes = 262_144;
    const run = await JobTestEnvironment.create(Carrier, {
      queueMaximumMessageBytes,
      store: () => new MemoryCheckpointStore(),
    }).run();
    expect([run.outcome, run.result]).toEqual(['completed', 300_000]);
    expect(run.continuations.map(({ channel, bytes }) => [channel, bytes < 1_500])).toEqual([['sqs', true]]);
    const without = await JobTestEnvironment.create(Carrier, { queueMaximumMessageBytes }).run();
    expect(without).toMatchObject({
      outcome: 'failed',
      error: { cause: { code: 'STATE_TOO_LARGE', details: { biggestField: 'cargo' } } },
    });
  });

  it('JobTestEnvironment.run kills an invocation at its deadline, and nothing of it takes effect afterwards', async () => {
    const written: string[] = [];

    @LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
    class HoldsTheLoop {
      @Step() async work({ invocation, attempt }: StepContext) {
        if (env.clock.now() < epochMs + 900_000) {
          env.clock.block(1_000_000);
          await env.timer.sleep(1);
          written.push(`by the dead ${invocation}`);
        }
        written.push(`by ${invocation} in attempt ${attempt}`);
        return complete('done');
      }
      @Terminate() isDone() {
        return false;
      }
    }

    const env = JobTestEnvironment.create(HoldsTheLoop);
    const run = await env.run();
    expect(run.outcome).toBe('completed');
    expect(run.invocations).toMatchObject([
      { end: 'timed-out', receiveCount: 1, delivery: 'execution-1-start' },
      { end: 'completed', receiveCount: 2, delivery: 'execution-1-start' },
    ]);
    expect(written).toEqual(['by 1 in attempt 1']);
  });

  it('JobTestEnvironment.run tries an event twice more whose handler threw, with the same awsRequestId, and then gives it to the dead letters', async () => {
    let made = 0;

    @LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
    class CannotBeMade {
      constructor() {
        made += 1;
        throw new Error('no database');
      }
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
    }

    const run = await JobTestEnvironment.create(CannotBeMade).run();
    expect(run.outcome).toBe('lost');
    expect(made).toBe(3);
    expect(
      run.invocations.map(({ startedAtMs, delivery, end }) => [startedAtMs - epochMs, delivery, end]),
    ).toEqual([
      [0, 'execution-1-start', 'threw'],
      [60_000, 'execution-1-start', 'threw'],
      [180_000, 'execution-1-start', 'threw'],
    ]);
    expect(run.deadLetters).toMatchObject([{ delivery: 'execution-1-start', reason: 'RetriesExhausted' }]);
  });

  it.each(['lambda', 'sqs'])(
    'JobTestEnvironment.run buries a chain by %s before recursion detection drops it, when that is on and there is no store',
    async (channel) => {
      const env = JobTestEnvironment.create(ReadPages, { input: { pages: 20 }, recursion: 'terminate' });
      const run = await env.run({ handOffAfterEveryStep: true, sqsOnly: channel === 'sqs' });
      expect(run).toMatchObject({ outcome: 'lost', state: { page: 14 } });
      expect(run.deadLetters).toMatchObject([
        { channel, reason: channel === 'sqs' ? 'MaxReceiveCount' : 'RetriesExhausted' },
      ]);
    },
  );

  it('JobTestEnvironment.run refuses a state that fits no channel when there is no store, and carries it with one', async () => {
    @LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
    class Large {
      @State() noise = '';
      @State() n = 0;
      @Step() async fill() {
        this.noise = randomBytes(1_000_000).toString('base64');
        this.n += 1;
        if (this.n === 1) await env.timer.sleep(845_000);
      }
      @Terminate() isDone() {
        return this.n === 2;
      }
    }

    let env = JobTestEnvironment.create(Large);
    expect(await env.run()).toMatchObject({
      outcome: 'failed',
      error: { cause: { code: 'STATE_TOO_LARGE' } },
    });
    env = JobTestEnvironment.create(Large, { store: () => new MemoryCheckpointStore() });
    const run = await env.run();
    expect(run).toMatchObject({ outcome: 'completed', state: { n: 2 } });
    expect(run.checkpoints.map(({ status, isAccepted }) => [status, isAccepted])).toContainEqual([
      'completed',
      true,
    ]);
    expect(Math.max(...run.checkpoints.map(({ bytes }) => bytes))).toBeGreaterThan(1_048_576);
  });

  it('JobTestEnvironment.run watches what a test provides instead of the defaults: channels, store and logger', async () => {
    const lambda = new FaultySender({
      channel: 'lambda',
      fault: (call) => (call === 1 ? 'refused' : 'none'),
    });
    const logger = new MemoryLogger();
    const providers = [
      { token: CONTINUATION_SENDERS, useValue: [lambda, new RecordingSender({ channel: 'sqs' })] },
      { token: LOGGER, useValue: logger },
    ];
    const run = await JobTestEnvironment.create(ReadPages, { input: { pages: 20 }, providers }).run();
    expect(run.outcome).toBe('completed');
    expect(run.continuations.map(({ channel }) => channel)).toEqual(['sqs', 'lambda']);
    expect(lambda.tried).toHaveLength(2);
    expect(logger.find('channel failed')).toHaveLength(1);
  });

  it('JobTestEnvironment.run keeps its time for itself', () => {
    const providers = [{ token: CLOCK, useValue: { now: () => 0 } }];
    expect(() => JobTestEnvironment.create(ReadPages, { providers })).toThrow(
      'time is the environment’s own'.replace('’', "'"),
    );
  });

  it('JobTestEnvironment.run runs one execution at a time', async () => {
    const env = JobTestEnvironment.create(ReadPages, { input: { pages: 1 } });
    const first = env.run();
    await expect(env.run()).rejects.toMatchObject({ code: 'TEST_KIT' });
    expect((await first).outcome).toBe('completed');
  });

  it('JobTestEnvironment.run leaves the job class as it is: createHandler makes the same job of it as before', async () => {
    await JobTestEnvironment.create(ReadPages, { input: { pages: 1 } }).run();
    expect(Object.getOwnPropertyNames(ReadPages.prototype)).toEqual(['constructor', 'read', 'isDone', 'end']);
    expect(createHandler(ReadPages)).toBeInstanceOf(Function);
  });
});
