import {
  CHECKPOINT_STORE,
  createHandler,
  HandOffFailedError,
  LAMBDA_CLIENT,
  LongRunning,
  MemoryCheckpointStore,
  OnComplete,
  SQS_CLIENT,
  State,
  Step,
  Terminate,
  wait,
} from '../../../src';
import { epochMs, RecordingSender } from '../../../src/testing';
import { callHandler } from '../../helpers/call-handler';
import { runJob } from '../../helpers/run-job';
import { virtualWorld } from '../../helpers/virtual-world';
import { failing, failureOf, forever, sdkError } from './failing-sender';
import { readContinuation } from './sent-continuation';

const times = { safeMs: 10_000, intervalMs: 9_000, reserveMs: 2_000 };
/** A job that works in three invocations, and finds in a fourth that it is done. */
function slowJob(sleep: (ms: number) => Promise<void>, options: { continueOn?: 'latest' | 'pinned' } = {}) {
  @LongRunning({ ...times, ...options })
  class Slow {
    @State() n = 0;
    @Step() async work() {
      this.n += 1;
      await sleep(26_000);
    }
    @Terminate() check() {
      return this.n === 6;
    }
    @OnComplete() end() {}
  }
  return Slow;
}

describe('an invocation', () => {
  it('An invocation throws when no channel takes the continuation, so that Lambda delivers the event again', async () => {
    const world = virtualWorld({
      senders: [failing('lambda', () => Promise.reject(failureOf('lambda', 'refused')))],
    });
    const { error } = await runJob(
      slowJob((ms) => world.timer.sleep(ms)),
      { world },
    );
    expect(error).toBeInstanceOf(HandOffFailedError);
    expect(world.logger.find('handed off')).toEqual([]);
    expect(world.logger.find('execution failed')).toEqual([]);
  });

  it('An invocation throws, and names the lack, when there is no channel at all', async () => {
    const world = virtualWorld({ senders: [] });
    const { error } = await runJob(
      slowJob((ms) => world.timer.sleep(ms)),
      { world },
    );
    expect(error).toBeInstanceOf(HandOffFailedError);
    expect((error as Error).message).toContain('there is no channel for it');
  });

  it('An invocation needs no channel when one invocation is enough', async () => {
    const world = virtualWorld({ senders: [] });
    const { answer } = await runJob(
      slowJob(async () => {}),
      { world },
    );
    expect(answer).toMatchObject({ status: 'completed' });
  });

  it('An invocation has returned before Lambda kills it when every channel hangs', async () => {
    const world = virtualWorld({ senders: [failing('lambda', forever), failing('sqs', forever)] });
    const { error } = await runJob(
      slowJob(() => forever()),
      { world },
    );
    expect(error).toBeInstanceOf(HandOffFailedError);
    expect(world.clock.now() - epochMs).toBeLessThan(60_000);
    expect(world.clock.now() - epochMs).toBeGreaterThan(58_000);
  });
});

describe("loading the channel's code", () => {
  it.each([
    // milliseconds until the safe window, when the code is loaded
    [50_000, [2_000]],
    [4_000, [2_000]],
    [3_999, [1_999]],
    [2_001, [1]],
    [2_000, [0]],
    [500, [0]],
  ])(
    "Loading the channel's code with %i ms until the safe window happens at %j ms, never inside it",
    async (budgetMs, expected) => {
      const world = virtualWorld();
      const loadedAtMs: number[] = [];
      const sender = Object.assign(world.senders[0] as RecordingSender, {
        load: async () => {
          loadedAtMs.push(world.clock.now() - epochMs);
        },
      });

      @LongRunning(times)
      class Working {
        @State() n = 0;
        @Step() async work() {
          this.n += 1;
          await world.timer.sleep(budgetMs + 1);
        }
        @Terminate() check() {
          return this.n === 2;
        }
      }

      const handler = createHandler(Working, { providers: world.providers });
      await callHandler(handler, world, {}, { remainingMs: budgetMs + 10_000 });
      expect(loadedAtMs).toEqual(expected);
      expect(sender.sent).toHaveLength(1);
      expect(world.timer.armedCount).toBe(0);
    },
  );

  it("Loading the channel's code that fails changes nothing", async () => {
    const world = virtualWorld();
    Object.assign(world.senders[0] as RecordingSender, {
      load: () => Promise.reject(new Error('no such file')),
    });
    const { answer } = await runJob(
      slowJob((ms) => world.timer.sleep(ms)),
      { world },
    );
    expect(answer).toMatchObject({ status: 'completed' });
  });

  it("Loading the channel's code is not done for an execution that ends within two seconds", async () => {
    const world = virtualWorld();
    const load = jest.fn(async () => {});
    Object.assign(world.senders[0] as RecordingSender, { load });
    await runJob(
      slowJob(async () => {}),
      { world },
    );
    expect(load).not.toHaveBeenCalled();
  });
});

describe('preparing the hand-off', () => {
  it('Preparing the hand-off begins with the hand-off at the latest where a checkpoint is stored first, and not for one that is held back', async () => {
    const world = virtualWorld();
    const order: string[] = [];
    const [sender] = world.senders as [RecordingSender];
    sender.prepare = async () => {
      order.push('prepare');
    };

    @LongRunning(times)
    class Restless {
      @State() n = 0;
      @Step({ minBudgetMs: 45_000 }) async work() {
        this.n += 1;
        order.push('work');
        await world.timer.sleep(6_000);
      }
      @Terminate() check() {
        return this.n === 2;
      }
    }

    const store = { token: CHECKPOINT_STORE, useValue: new MemoryCheckpointStore() };
    await runJob(Restless, { world, providers: [store] });
    expect(order).toEqual(['work', 'prepare', 'work']);
  });

  it('Preparing the hand-off begins before the safe window, in good time, and once for each invocation that gets there', async () => {
    const preparedAtMs: number[] = [];
    const world = virtualWorld();
    const [sender] = world.senders as [RecordingSender];
    sender.prepare = async () => {
      preparedAtMs.push(world.clock.now() - epochMs);
    };
    await runJob(
      slowJob((ms) => world.timer.sleep(ms)),
      { world },
    );
    // The safe window begins 50,000 ms into each invocation, which lasts 52,000.
    expect(preparedAtMs.map((ms) => ms % 52_000)).toEqual([32_000, 32_000, 32_000]);
  });

  it.each([
    // intervalMs, milliseconds until the safe window, milliseconds before it at which preparation begins
    [100, 50_000, 5_000],
    [4_000, 50_000, 8_000],
    [100, 4_000, 2_000],
    [100, 10, 5],
  ])(
    'Preparing the hand-off with an interval of %i ms and %i ms until the safe window begins %i ms before it',
    async (intervalMs, budgetMs, leadMs) => {
      const world = virtualWorld();
      const [sender] = world.senders as [RecordingSender];
      const preparedAtMs: number[] = [];
      sender.prepare = async () => {
        preparedAtMs.push(world.clock.now() - epochMs);
      };

      @LongRunning({ safeMs: 10_000, intervalMs })
      class Waiting {
        @State() n = 0;
        @Step() async work() {
          this.n += 1;
          await world.timer.sleep(budgetMs + 1);
        }
        @Terminate() check() {
          return this.n === 2;
        }
      }

      const handler = createHandler(Waiting, { providers: world.providers });
      await callHandler(handler, world, {}, { remainingMs: budgetMs + 10_000 });
      expect(preparedAtMs).toEqual([budgetMs - leadMs]);
    },
  );

  it('Preparing the hand-off never happens in an execution that ends well before its first safe window', async () => {
    const world = virtualWorld();
    const [sender] = world.senders as [RecordingSender];

    @LongRunning(times)
    class Quick {
      @State() n = 0;
      @Step() async work() {
        this.n += 1;
        await world.timer.sleep(8_000);
      }
      @Terminate() check() {
        return this.n === 3;
      }
    }

    const { answers } = await runJob(Quick, { world });
    expect(answers).toHaveLength(1);
    expect([sender.preparedCount, sender.tried.length]).toEqual([0, 0]);
  });

  it('Preparing the hand-off that fails is only logged: the next channel is prepared, and the hand-off tries the first all the same', async () => {
    const [lambda, sqs] = [
      new RecordingSender({ channel: 'lambda' }),
      new RecordingSender({ channel: 'sqs' }),
    ];
    lambda.prepare = () => Promise.reject(sdkError('AccessDeniedException'));
    const world = virtualWorld({ senders: [lambda, sqs] });
    const { answer } = await runJob(
      slowJob((ms) => world.timer.sleep(ms)),
      { world },
    );
    expect(answer).toMatchObject({ status: 'completed', invocation: 4 });
    expect([lambda.sent.length, sqs.sent.length, sqs.preparedCount]).toEqual([3, 0, 3]);
    expect(world.logger.find('channel cannot be prepared')[0]).toMatchObject({
      level: 'warn',
      fields: { channel: 'lambda', error: { name: 'AccessDeniedException' } },
    });
  });

  it('Preparing the hand-off that hangs holds nothing up, and is told when the invocation ends', async () => {
    const world = virtualWorld();
    const [sender] = world.senders as [RecordingSender];
    const signals: AbortSignal[] = [];
    Object.assign(sender, {
      prepare(_context: unknown, signal: AbortSignal) {
        signals.push(signal);
        return forever();
      },
    });
    const { answer } = await runJob(
      slowJob((ms) => world.timer.sleep(ms)),
      { world },
    );
    expect(answer).toMatchObject({ status: 'completed' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
    expect(world.logger.find('channel cannot be prepared')).toEqual([]);
  });

  it('Preparing the hand-off that fails because the invocation has ended is not even logged, and prepares no other channel', async () => {
    const [lambda, sqs] = [
      new RecordingSender({ channel: 'lambda' }),
      new RecordingSender({ channel: 'sqs' }),
    ];
    Object.assign(lambda, {
      prepare: (_context: unknown, signal: AbortSignal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('given up')));
        }),
    });
    const world = virtualWorld({ senders: [lambda, sqs] });
    await runJob(
      slowJob((ms) => world.timer.sleep(ms)),
      { world },
    );
    expect(world.logger.find('channel cannot be prepared')).toEqual([]);
    expect(sqs.preparedCount).toBe(0);
  });
});

describe('the default channels', () => {
  const queueUrl = 'https://sqs.eu-central-1.amazonaws.com/1/jobs';
  const saved = { ...process.env };

  afterEach(() => {
    process.env = { ...saved };
  });

  interface Sent {
    readonly input: Readonly<Record<string, unknown>>;
  }

  /** Clients that keep what they are asked to send. */
  function clients(failure?: Error) {
    const [invokes, messages]: [Sent[], Sent[]] = [[], []];
    const providers = [
      {
        token: LAMBDA_CLIENT,
        useValue: {
          async send(command: Sent) {
            invokes.push(command);
            if (failure) throw failure;
          },
        },
      },
      {
        token: SQS_CLIENT,
        useValue: {
          async send(command: Sent) {
            messages.push(command);
          },
        },
      },
    ];
    return { invokes, messages, providers };
  }

  const withDefaultSenders = (world: ReturnType<typeof virtualWorld>) => world.providers.slice(0, 4);

  async function handOverOnce(
    jobClass: Parameters<typeof createHandler>[0],
    world: ReturnType<typeof virtualWorld>,
    providers: object[],
  ) {
    const handler = createHandler(jobClass, {
      providers: [...withDefaultSenders(world), ...providers] as never,
    });
    const arn = 'arn:aws:lambda:eu-central-1:123456789012:function:job:live';
    return callHandler(handler, world, {}, { arn, functionVersion: '3' });
  }

  it('The default channels are Lambda, then SQS when BATON_QUEUE_URL is set', async () => {
    process.env.BATON_QUEUE_URL = queueUrl;
    const world = virtualWorld();
    const { invokes, messages, providers } = clients(sdkError('AccessDeniedException'));
    const answer = await handOverOnce(
      slowJob((ms) => world.timer.sleep(ms)),
      world,
      providers,
    );
    expect(answer).toMatchObject({ status: 'handed-off' });
    expect([invokes.length, messages.length]).toEqual([1, 1]);
    expect(messages[0]?.input).toEqual({ QueueUrl: queueUrl, MessageBody: invokes[0]?.input.Payload });
  });

  it('The default channels are Lambda alone without a queue', async () => {
    const world = virtualWorld();
    const { messages, providers } = clients(sdkError('AccessDeniedException'));
    await expect(
      handOverOnce(
        slowJob((ms) => world.timer.sleep(ms)),
        world,
        providers,
      ),
    ).rejects.toBeInstanceOf(HandOffFailedError);
    expect(messages).toEqual([]);
  });

  it.each<[string | undefined, 'latest' | 'pinned' | undefined, string]>([
    // BATON_CONTINUE_ON, continueOn of the job, qualifier that is invoked
    [undefined, undefined, '3'],
    ['latest', undefined, 'live'],
    ['pinned', undefined, '3'],
    ['latest', 'pinned', '3'],
    ['pinned', 'latest', 'live'],
    [undefined, 'latest', 'live'],
  ])(
    'The default channels with BATON_CONTINUE_ON %s and continueOn %s go on with qualifier %s',
    async (environment, continueOn, qualifier) => {
      if (environment !== undefined) process.env.BATON_CONTINUE_ON = environment;
      const world = virtualWorld();
      const { invokes, providers } = clients();
      const job = slowJob((ms) => world.timer.sleep(ms), continueOn === undefined ? {} : { continueOn });
      await handOverOnce(job, world, providers);
      expect(invokes[0]?.input).toMatchObject({
        FunctionName: `arn:aws:lambda:eu-central-1:123456789012:function:job:${qualifier}`,
        InvocationType: 'Event',
      });
    },
  );

  it.each([
    [100, 100],
    [900, 900],
    [901, 900],
    [86_400, 900],
  ])(
    'The default channels wait %i seconds by a message that is delayed %i seconds',
    async (seconds, delaySeconds) => {
      process.env.BATON_QUEUE_URL = queueUrl;

      @LongRunning(times)
      class Waiting {
        @State() n = 0;
        @Step() work() {
          this.n += 1;
          return wait({ seconds });
        }
        @Terminate() check() {
          return this.n === 2;
        }
      }

      const world = virtualWorld();
      const { invokes, messages, providers } = clients();
      const answer = await handOverOnce(Waiting, world, providers);
      expect(answer).toMatchObject({ status: 'waiting' });
      expect([invokes.length, messages.length]).toEqual([0, 1]);
      expect(messages[0]?.input).toMatchObject({ QueueUrl: queueUrl, DelaySeconds: delaySeconds });
    },
  );

  it('The default channels on a FIFO queue carry the ids that keep the hops in order', async () => {
    process.env.BATON_QUEUE_URL = `${queueUrl}.fifo`;
    const world = virtualWorld();
    const { messages, providers } = clients(sdkError('AccessDeniedException'));
    await handOverOnce(
      slowJob((ms) => world.timer.sleep(ms)),
      world,
      providers,
    );
    expect(messages[0]?.input).toMatchObject({
      MessageGroupId: 'request-1@Slow',
      MessageDeduplicationId: expect.stringMatching(/^request-1@Slow#2#[0-9a-f]{64}$/),
    });
  });
});

describe('a continuation', () => {
  it('A continuation says whose it is, which invocation it starts, and when the execution began', async () => {
    const world = virtualWorld();
    const { sent } = await runJob(
      slowJob((ms) => world.timer.sleep(ms)),
      { world },
    );
    expect(sent.map(readContinuation)).toMatchObject([
      { executionId: 'execution-1', invocation: 2, startedAtMs: epochMs, job: 'Slow', version: 1 },
      { executionId: 'execution-1', invocation: 3, startedAtMs: epochMs, job: 'Slow', version: 1 },
      { executionId: 'execution-1', invocation: 4, startedAtMs: epochMs, job: 'Slow', version: 1 },
    ]);
  });
});
