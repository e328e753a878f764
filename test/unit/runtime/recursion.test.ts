import {
  BatonClient,
  BatonError,
  type ContinuationSender,
  createHandler,
  HandOffFailedError,
  LongRunning,
  OnComplete,
  State,
  Step,
  Terminate,
  wait,
} from '../../../src';
import { fakeLambdaContext, RecordingSender } from '../../../src/testing';
import { callHandler } from '../../helpers/call-handler';
import { RecordingLambda } from '../../helpers/client-world';
import { keepJob } from '../../helpers/keep-job';
import { type VirtualWorld, virtualWorld } from '../../helpers/virtual-world';

const stepCount = 16;

/** One step of 51 s in each invocation of a minute; the one after the last step completes it. */
function longJob({ timer }: VirtualWorld) {
  @LongRunning({ name: 'long', safeMs: 10_000, intervalMs: 9_000, reserveMs: 2_000 })
  class Long {
    @State() n = 0;
    @Step() async work() {
      await timer.sleep(51_000);
      this.n += 1;
    }
    @Terminate() isDone() {
      return this.n === stepCount;
    }
    @OnComplete() end() {}
  }
  return Long;
}

type Reader = NonNullable<ContinuationSender['readRecursion']>;

/** The job in a store, with a channel that can say what AWS does with it. */
function world(readRecursion: Reader) {
  const kept = keepJob(longJob);
  const asked: string[] = [];
  Object.assign(kept.sender, {
    readRecursion: (...[context, signal]: Parameters<Reader>) => {
      asked.push(context.functionName);
      return readRecursion(context, signal);
    },
  });
  const lambda = new RecordingLambda();
  const client = new BatonClient({
    functionName: 'job',
    store: kept.store,
    client: lambda,
    clock: kept.world.clock,
  });
  let deliveryCount = 0;
  /** Delivers an event, and every continuation after it, until an invocation ends otherwise; says how, and which delivery that was. */
  const live = async (event: unknown = {}) => {
    for (let next: unknown = event; ; next = JSON.parse(kept.sender.sent.at(-1)?.body ?? '')) {
      deliveryCount += 1;
      const request = deliveryCount === 1 ? 'execution-1' : `request-${deliveryCount}`;
      const deliver = () =>
        kept.call(60_000, next, request).catch((error: unknown) => ({ status: 'threw', error }));
      const answer: { status: string; error?: unknown } = await deliver();
      if (answer.status !== 'handed-off') return { ...answer, deliver };
    }
  };
  const redrive = async () => {
    await client.redrive('execution-1');
    return live(lambda.sent.at(-1)?.event);
  };
  const find = (message: RegExp) => kept.world.logger.lines.filter((line) => message.test(line.message));
  return { ...kept, asked, client, live, redrive, find };
}

const recursion = /recursion setting of the function/;

describe('the recursion setting', () => {
  it('The recursion setting is asked for once per execution, by the name of the function', async () => {
    const { asked, live } = world(async () => 'allow');
    expect(await live()).toMatchObject({ status: 'completed' });
    expect(asked).toEqual(['job']);
  });

  it('The recursion setting is not asked for by an execution that needs one invocation only', async () => {
    const { asked, call } = world(async () => 'allow');
    expect(await call(2_000_000)).toMatchObject({ status: 'completed' });
    expect(asked).toEqual([]);
  });

  it('The recursion setting of Allow lets everything pass in silence', async () => {
    const { find, live, sender } = world(async () => 'allow');
    await live();
    expect(sender.sent).toHaveLength(stepCount);
    expect(find(recursion)).toEqual([]);
  });

  it('The recursion setting of Terminate is said by the first hand-off, once, with the command that fixes it', async () => {
    const { find, live } = world(async () => 'terminate');
    await live();
    expect(find(recursion)).toMatchObject([
      {
        level: 'warn',
        fields: {
          invocation: 1,
          fix: 'aws lambda put-function-recursion-config --function-name job --recursive-loop Allow',
        },
      },
    ]);
  });

  it.each<[string, Reader, number]>([
    [
      'cannot be read',
      () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDeniedException' })),
      1,
    ],
    ['is not answered', () => new Promise(() => {}), 0],
    ['is of no known kind', async () => undefined, 0],
  ])(
    'The recursion setting that %s is unknown from then on, asked for once, and delays one hand-off by half a second at most',
    async (_what, reader, logCount) => {
      const silent = world(async () => 'allow');
      await silent.live();
      const { asked, find, live, sender, world: around } = world(reader);
      expect(await live()).toMatchObject({ status: 'completed' });
      expect(around.clock.now() - silent.world.clock.now()).toBeLessThanOrEqual(500);
      expect([asked.length, sender.sent.length]).toEqual([1, stepCount]);
      expect(find(/recursion setting cannot be read/).map(({ level }) => level)).toEqual(
        Array(logCount).fill('debug'),
      );
    },
  );

  it('The recursion setting is asked for by the second invocation when the first handed over before it could', async () => {
    const asked: number[] = [];
    const sender = Object.assign(new RecordingSender({ channel: 'sqs' }), {
      readRecursion: async () => 'terminate' as const,
    });
    const { providers, timer, clock, logger } = virtualWorld({ senders: [sender] });

    @LongRunning({ safeMs: 10_000, intervalMs: 9_000 })
    class Tight {
      @State() n = 0;
      @Step({ minBudgetMs: 40_000 }) async work() {
        await timer.sleep(15_000);
        this.n += 1;
      }
      @Terminate() isDone() {
        return this.n === 3;
      }
    }

    const handler = createHandler(Tight, { providers });
    for (let event: unknown = {}; asked.length < 3; event = JSON.parse(sender.sent.at(-1)?.body ?? '{}')) {
      asked.push(logger.lines.filter(({ message }) => recursion.test(message)).length);
      await callHandler(handler, { clock, timer }, event);
    }
    expect(asked).toEqual([0, 0, 1]);
  });
});

describe('the first hand-off of a wait', () => {
  it('The first hand-off of a wait knows the setting, since nothing is urgent then', async () => {
    const sender = Object.assign(new RecordingSender({ channel: 'sqs' }), {
      readRecursion: async () => 'terminate' as const,
    });
    const { providers, timer, clock, logger } = virtualWorld({ senders: [sender] });

    @LongRunning({ safeMs: 10_000, intervalMs: 9_000 })
    class Poll {
      @Step() look() {
        return wait({ seconds: 600 });
      }
      @Terminate() isDone() {
        return false;
      }
    }

    const beganMs = clock.now();
    await timer.drive(createHandler(Poll, { providers })({}, fakeLambdaContext({ clock })));
    expect(logger.lines.filter(({ message }) => recursion.test(message))).toHaveLength(1);
    expect(clock.now()).toBe(beganMs);
  });
});

describe('an execution that AWS would stop', () => {
  it('An execution that AWS would stop is parked by its 14th invocation, checkpoint and all, and says how it goes on', async () => {
    const { client, find, live, sender } = world(async () => 'terminate');
    const { error } = await live();
    expect(error).toBeInstanceOf(HandOffFailedError);
    expect((error as HandOffFailedError).message).toBe(
      'Execution execution-1 of job long is parked before invocation 15: AWS ends a chain of about 16 invocations of one function by each other, as the recursion setting of job is Terminate.\n→ aws lambda put-function-recursion-config --function-name job --recursive-loop Allow; then: baton redrive execution-1 --function job',
    );
    expect((error as HandOffFailedError).details).toEqual({ channel: 'lambda', failure: 'recursion' });
    expect(sender.sent).toHaveLength(13);
    const parked = {
      status: 'waiting',
      isParked: true,
      isStuck: false,
      invocation: 14,
      handedOffTo: 15,
      stepCount: 14,
    };
    expect(await client.status('execution-1')).toMatchObject(parked);
    expect(find(/^execution parked$/)).toMatchObject([
      { level: 'error', fields: { redrive: 'baton redrive execution-1 --function job' } },
    ]);
  });

  it('An execution that AWS would stop stays as it is when Lambda delivers its last event again: nothing is run, and nothing written', async () => {
    const { live, sender, store, client } = world(async () => 'terminate');
    const { deliver } = await live();
    const before = [store.writes.length, await client.status('execution-1')];
    for (const _again of [1, 2])
      expect(await deliver()).toMatchObject({ status: 'threw', error: { code: 'HAND_OFF_FAILED' } });
    expect([store.writes.length, await client.status('execution-1')]).toEqual(before);
    expect(sender.sent).toHaveLength(13);
  });

  it('An execution that AWS would stop goes on in a chain of its own when it is redriven, at once, and every step is done once', async () => {
    const { asked, live, redrive, client } = world(async () => 'terminate');
    const { deliver } = await live();
    expect(await redrive()).toMatchObject({ status: 'completed' });
    expect(await client.status('execution-1')).toMatchObject({
      stepCount,
      invocation: stepCount + 1,
      isParked: false,
    });
    expect(await deliver()).toMatchObject({ status: 'completed' });
    expect(asked.length).toBeLessThanOrEqual(2);
  });

  it('An execution that AWS would stop is parked again after 14 more, until the setting is Allow', async () => {
    let setting: 'allow' | 'terminate' = 'terminate';
    const { call, find, live, redrive } = world(async () => setting);
    await live();
    setting = 'allow';
    expect(await redrive()).toMatchObject({ status: 'completed' });
    expect(find(/^execution parked$/)).toHaveLength(1);
    expect(await call()).toMatchObject({ status: 'completed' });
  });

  it('An execution that AWS would stop is parked wherever it stands when Lambda refuses the call', async () => {
    const { client, live, redrive, sender } = world(async () => 'allow');
    let isLoop = true;
    const send = sender.send.bind(sender);
    Object.assign(sender, {
      send: (request: Parameters<typeof send>[0]) => {
        if (isLoop && request.invocation === 4) throw loopError();
        return send(request);
      },
    });
    const { error, deliver } = await live();
    expect(error).toMatchObject({ code: 'HAND_OFF_FAILED', details: { failure: 'recursion' } });
    expect(BatonError.is((error as Error).cause)).toBe(true);
    expect(await client.status('execution-1')).toMatchObject({ isParked: true, invocation: 3, stepCount: 3 });
    expect(await deliver()).toMatchObject({ status: 'threw' });
    isLoop = false;
    expect(await redrive()).toMatchObject({ status: 'completed' });
  });

  it('An execution that AWS would stop fails without a store before AWS would drop it, so that its dead letter keeps it', async () => {
    const sender = Object.assign(new RecordingSender(), { readRecursion: async () => 'terminate' as const });
    const around = virtualWorld({ senders: [sender] });
    const handler = createHandler(longJob(around), { providers: [...around.providers] });
    const call = (event: unknown) => callHandler(handler, around, event);
    let event: unknown = {};
    for (let invocation = 1; invocation <= 13; invocation += 1) {
      expect(await call(event)).toMatchObject({ status: 'handed-off', invocation });
      event = JSON.parse(sender.sent.at(-1)?.body ?? '');
    }
    const failure = { code: 'HAND_OFF_FAILED', details: { failure: 'recursion' } };
    for (let attempt = 1; attempt <= 3; attempt += 1)
      await expect(call(event)).rejects.toMatchObject(failure);
    expect(sender.sent).toHaveLength(13);
  });
});

function loopError(): HandOffFailedError {
  return new HandOffFailedError({
    problem: 'Channel lambda failed.',
    fix: 'Allow it.',
    details: { channel: 'lambda', failure: 'recursion' },
  });
}
