import {
  BatonClient,
  CHECKPOINT_STORE,
  createHandler,
  InvalidJobError,
  type InvocationAnswer,
  LongRunning,
  MemoryCheckpointStore,
  OnComplete,
  State,
  Step,
  type StepContext,
  Terminate,
} from '../../../src';
import { FaultyStore, fakeLambdaContext, RecordingSender, sqsEvent } from '../../../src/testing';
import { callHandler } from '../../helpers/call-handler';
import { RecordingLambda } from '../../helpers/client-world';
import { virtualWorld } from '../../helpers/virtual-world';

const times = { safeMs: 10_000, intervalMs: 1_000 };

/** Two jobs of two steps, the first of which takes 51 s, in one function. */
function world({ hasStore = true, store = new FaultyStore() } = {}) {
  const sender = new RecordingSender();
  const around = virtualWorld({ senders: [sender] });
  const { timer, clock } = around;
  const ran: string[] = [];

  abstract class TwoSteps {
    @State() n = 0;
    @Step() async work({ executionId }: StepContext) {
      this.n += 1;
      ran.push(`${this.constructor.name} ${this.n} of ${executionId}`);
      await timer.sleep(this.n === 1 ? 51_000 : 1_000);
    }
    @Terminate() isDone() {
      return this.n === 2;
    }
    @OnComplete() end({ input }: StepContext) {
      return { by: this.constructor.name, input };
    }
  }

  @LongRunning({ ...times, name: 'reconcile' })
  class Reconcile extends TwoSteps {}

  @LongRunning({ ...times, name: 'repair' })
  class Repair extends TwoSteps {}

  const providers = [
    ...around.providers,
    ...(hasStore ? [{ token: CHECKPOINT_STORE, useValue: store }] : []),
  ];
  const handler = createHandler([Reconcile, Repair], { providers });
  let deliveries = 0;
  const deliver = (event: unknown, remainingMs = 60_000) => {
    deliveries += 1;
    return callHandler(handler, { clock, timer }, event, {
      remainingMs,
      awsRequestId: `request-${deliveries}`,
    }) as Promise<InvocationAnswer>;
  };
  const deliverSent = (index = -1) => deliver(JSON.parse(sender.sent.at(index)?.body ?? ''));
  const lambda = new RecordingLambda();
  const client = new BatonClient({ store, clock, functionName: 'f', client: lambda });
  return { ...around, store, sender, ran, deliver, deliverSent, lambda, client };
}

const start = (job?: string, executionId = 'e') => ({
  lambdaBaton: { v: 1, start: { executionId, input: { a: 1 }, ...(job !== undefined && { job }) } },
});

describe('a handler of several jobs', () => {
  it('A handler of several jobs has exactly two parameters', () => {
    @LongRunning(times)
    class Single {
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
    }
    expect(createHandler([Single])).toHaveLength(2);
  });

  it.each([
    ['an event', { a: 1 }],
    ['a start envelope that names no job', start()],
  ])('A handler of several jobs starts the first one for %s', async (_title, event) => {
    const { deliver, ran } = world();
    await deliver(event);
    expect(ran[0]).toMatch(/^Reconcile 1 of /);
  });

  it('A handler of several jobs gives the ids that AWS made to the first one', async () => {
    const { deliver } = world();
    await expect(deliver({ a: 1 })).resolves.toMatchObject({ executionId: 'request-1@reconcile' });
  });

  it.each([
    ['with a store', true],
    ['without a store', false],
  ])(
    'A handler of several jobs starts the one that an envelope names, and goes on with it, %s',
    async (_title, hasStore) => {
      const { deliver, deliverSent, ran } = world({ hasStore });
      await expect(deliver(start('repair'))).resolves.toMatchObject({ status: 'handed-off' });
      await expect(deliverSent()).resolves.toMatchObject({
        status: 'completed',
        result: { by: 'Repair', input: { a: 1 } },
      });
      expect(ran).toEqual(['Repair 1 of e', 'Repair 2 of e']);
    },
  );

  it('A handler of several jobs runs each record of a batch by its own', async () => {
    const { deliver, ran } = world();
    const batch = sqsEvent([
      { body: start('repair', 'one') },
      { body: { a: 1 } },
      { body: start('lost', 'x') },
    ]);
    await expect(deliver(batch, 200_000)).resolves.toEqual({
      batchItemFailures: [{ itemIdentifier: 'message-3' }],
    });
    expect(ran).toEqual([
      'Repair 1 of one',
      'Repair 2 of one',
      'Reconcile 1 of message-2@reconcile',
      'Reconcile 2 of message-2@reconcile',
    ]);
  });

  it('A handler of several jobs finds whose execution a look is for in its record', async () => {
    const { deliver, timer, ran } = world();
    await deliver(start('repair'));
    await timer.advance(1_000);
    await deliver({ lambdaBaton: { v: 1, look: { executionId: 'e' } } });
    expect(ran).toEqual(['Repair 1 of e', 'Repair 2 of e']);
  });

  it('A handler of several jobs asks a store again that cannot say whose a look is', async () => {
    const { deliver, store, ran } = world();
    await deliver(start('repair'));
    let calls = 0;
    store.fault = () => {
      calls += 1;
      return calls === 1 ? 'fail' : 'none';
    };
    await deliver({ lambdaBaton: { v: 1, look: { executionId: 'e' } } });
    expect(ran).toHaveLength(2);
  });

  it('A handler of several jobs answers a look at what nobody knows as a duplicate', async () => {
    const { deliver } = world();
    const answer = deliver({ lambdaBaton: { v: 1, look: { executionId: 'unknown' } } });
    await expect(answer).resolves.toMatchObject({ status: 'duplicate' });
  });

  it('A handler of several jobs goes on with a redriven execution by its own job', async () => {
    const { deliver, timer, ran, client, lambda } = world();
    await deliver(start('repair'));
    await timer.advance(100_000);
    await client.redrive('e');
    await deliver(lambda.sent.at(-1)?.event);
    expect(ran).toEqual(['Repair 1 of e', 'Repair 2 of e']);
  });

  it('A handler of several jobs starts the one that BatonClient.start names', async () => {
    const { deliver, ran, client, lambda } = world();
    await client.start({ executionId: 'e', job: 'repair' });
    await deliver(lambda.sent.at(-1)?.event);
    expect(ran[0]).toBe('Repair 1 of e');
  });

  it('A handler of several jobs tells whose each event and each line is', async () => {
    const { deliver, logger } = world();
    await deliver(start('repair'));
    expect(logger.find('execution started')[0]?.fields).toMatchObject({ job: 'repair' });
  });

  it('A handler of several jobs refuses the start of a job that it does not host, with a typed error that names those it does', async () => {
    const { deliver, ran } = world();
    await expect(deliver(start('report'))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('is for job report, and this function runs job reconcile, repair.'),
      details: { faults: ['job'] },
    });
    expect(ran).toEqual([]);
  });

  it.each(['continuation', 'look'])(
    'A handler of several jobs refuses a %s of a job that it does not host',
    async (kind) => {
      const { deliver, sender, store, clock, timer, providers } = world();

      @LongRunning({ ...times, name: 'report' })
      class Report {
        @State() n = 0;
        @Step() async work() {
          this.n += 1;
          await timer.sleep(55_000);
        }
        @Terminate() isDone() {
          return this.n === 2;
        }
      }
      const other = createHandler(Report, {
        providers: [...providers, { token: CHECKPOINT_STORE, useValue: store }],
      });
      await timer.drive(other(start('report'), fakeLambdaContext({ clock, remainingMs: 60_000 })));
      const event =
        kind === 'look'
          ? { lambdaBaton: { v: 1, look: { executionId: 'e' } } }
          : JSON.parse(sender.sent.at(-1)?.body ?? '');
      await expect(deliver(event)).rejects.toMatchObject({
        code: 'INCOMPATIBLE_STATE',
        details: { expected: 'reconcile, repair', received: 'report' },
      });
    },
  );

  it('A handler of several jobs believes no continuation that is not whole, whichever job it names', async () => {
    const { deliver, sender } = world();
    await deliver(start('repair'));
    const event = JSON.parse(sender.sent.at(-1)?.body ?? '');
    event.lambdaBaton.continuation.job = 'report';
    await expect(deliver(event)).rejects.toMatchObject({ code: 'CORRUPT_CONTINUATION' });
    event.lambdaBaton.continuation.job = 'reconcile';
    await expect(deliver(event)).rejects.toMatchObject({ code: 'CORRUPT_CONTINUATION' });
  });

  it('A handler of several jobs refuses an id that was used by another of its jobs', async () => {
    const { deliver } = world();
    await deliver(start('repair'));
    await expect(deliver(start('reconcile'))).rejects.toMatchObject({ code: 'EXECUTION_CONFLICT' });
  });
});

describe('the definition of several jobs', () => {
  it('The definition of several jobs reports the faults of all of them together, and what two of one name are', () => {
    @LongRunning({ safeMs: 1_000, intervalMs: 2_000, name: 'faulty' })
    class Faulty {
      @Terminate() isDone() {
        return true;
      }
    }

    @LongRunning({ ...times, name: 'same', durability: 'step' })
    class One {
      constructor(readonly dependency: string) {}
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
    }

    @LongRunning({ ...times, name: 'same' })
    class Other {
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
    }

    const create = () => createHandler([Faulty, One, Other]);
    expect(create).toThrow(InvalidJobError);
    expect(create).toThrow('Jobs Faulty, same have 5 faults');
    for (const part of [
      'intervalMs (2000)',
      'class Faulty has no @Step',
      'durability "step" needs a checkpoint store',
      'Constructor of class One: parameter 1 has no token',
      'Classes One and Other of one handler have the same job name, same',
    ])
      expect(create).toThrow(part);
  });

  it('The definition of several jobs refuses a class that is given twice, and a list of nothing', () => {
    @LongRunning(times)
    class Reconcile {
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
    }
    expect(() => createHandler([Reconcile, Reconcile])).toThrow(
      'createHandler was given class Reconcile twice.',
    );
    expect(() => createHandler([])).toThrow('createHandler was given an empty list of jobs.');
  });

  it('The definition of several jobs refuses jobs that do not agree on continueOn', () => {
    @LongRunning({ ...times, continueOn: 'latest' })
    class Newest {
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
    }

    @LongRunning(times)
    class Pinned {
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
    }
    expect(() => createHandler([Newest, Pinned])).toThrow('do not agree on continueOn');
    const providers = [{ token: CHECKPOINT_STORE, useValue: new MemoryCheckpointStore() }];
    expect(() => createHandler([Newest], { providers })).not.toThrow();
  });
});
