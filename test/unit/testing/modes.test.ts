import {
  complete,
  LongRunning,
  OnComplete,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
} from '../../../src';
import { batonMatchers, JobTestEnvironment, MemoryCheckpointStore } from '../../../src/testing';
import { ChargeCustomers, LEDGER } from './charge-job';

expect.extend(batonMatchers);

const input = { customers: ['ada', 'bob', 'cyd'] };
const times = { safeMs: 10_000, intervalMs: 1_000 };

function openCharges(hasStore: boolean) {
  const env: JobTestEnvironment<ChargeCustomers> = JobTestEnvironment.create(ChargeCustomers, {
    input,
    providers: [{ token: LEDGER, useFactory: () => env.effects }],
    ...(hasStore ? { store: () => new MemoryCheckpointStore() } : {}),
  });
  return env;
}

describe('env.run', () => {
  it.each([
    ['handOffAfterEveryStep', true],
    ['handOffAfterEveryStep', false],
    ['coldStartEveryInvocation', true],
    ['deliverEverythingTwice', true],
    ['sqsOnly', true],
    ['sqsOnly', false],
  ])('env.run with %s ends like the undisturbed run (with a store: %s)', async (mode, hasStore) => {
    const env = openCharges(hasStore);
    const [plain, disturbed] = [await env.run(), await env.run({ [mode]: true })];
    expect(disturbed).toComplete(['ada', 'bob', 'cyd']);
    expect(disturbed.state.charged).toEqual(plain.state.charged);
    expect(disturbed.repeatedEffects.filter(({ isMergedByKey }) => !isMergedByKey)).toEqual([]);
  });

  it('env.run with every mode at once ends like the undisturbed run', async () => {
    const run = await openCharges(true).run({
      handOffAfterEveryStep: true,
      coldStartEveryInvocation: true,
      deliverEverythingTwice: true,
      sqsOnly: true,
    });
    expect(run).toComplete(['ada', 'bob', 'cyd']);
    expect(
      run.invocations.filter(({ end }) => end === 'duplicate' || end === 'superseded').length,
    ).toBeGreaterThan(0);
  });

  it('env.run with handOffAfterEveryStep hands over at every safe point, also at those inside of a step', async () => {
    const run = await openCharges(false).run({ handOffAfterEveryStep: true });
    expect(
      run.invocations
        .slice(0, -1)
        .every(({ end, reason }) => end === 'handed-off' && reason === 'safe-window'),
    ).toBe(true);
    expect(run.continuations.length).toBeGreaterThanOrEqual(6);
  });

  it('env.run with handOffAfterEveryStep exposes state that was forgotten', async () => {
    @LongRunning(times)
    class Forgets {
      @State() seen = 0;
      sum = 0;
      @Step() add() {
        this.seen += 1;
        this.sum += 10;
      }
      @Step() end() {
        return this.seen === 3 ? complete(this.sum) : undefined;
      }
      @Terminate() isDone() {
        return false;
      }
    }
    const env = JobTestEnvironment.create(Forgets);
    expect((await env.run()).result).toBe(30);
    expect((await env.run({ handOffAfterEveryStep: true })).result).toBe(0);
  });

  it('env.run with coldStartEveryInvocation loses the state of a module that is loaded again', async () => {
    const load = () => {
      let connection: string | undefined;
      @LongRunning(times)
      class UsesModule {
        @State() n = 0;
        @Step() connect() {
          if (this.n === 0) connection = 'open';
          this.n += 1;
          return this.n === 2 ? complete(connection ?? 'gone') : undefined;
        }
        @Terminate() isDone() {
          return false;
        }
      }
      return UsesModule;
    };
    const env = JobTestEnvironment.create(load(), { load });
    expect((await env.run({ handOffAfterEveryStep: true })).result).toBe('open');
    expect((await env.run({ handOffAfterEveryStep: true, coldStartEveryInvocation: true })).result).toBe(
      'gone',
    );
  });

  it('env.run with the same seed draws the same retry delays, and others with another', async () => {
    @LongRunning(times)
    class Flaky {
      @Step() work({ attempt }: StepContext) {
        if (attempt < 3) throw new Error('on purpose');
        return complete();
      }
      @Terminate() isDone() {
        return false;
      }
    }
    const env = JobTestEnvironment.create(Flaky);
    const [one, again, other] = [
      await env.run({ seed: 7 }),
      await env.run({ seed: 7 }),
      await env.run({ seed: 8 }),
    ];
    expect(again.timeline()).toBe(one.timeline());
    expect(other.durationMs).not.toBe(one.durationMs);
    expect(one.steps).toMatchObject([{ name: 'work', attempts: 3 }]);
  });

  it.each([
    ['null of @OnComplete, which wins over complete()', 'not this', null, null],
    ['of complete() when @OnComplete returns nothing', 'this', undefined, 'this'],
    ['as JSON gives it', undefined, { at: 0, none: undefined }, { at: 0 }],
    ['nothing when neither gives one', undefined, undefined, undefined],
  ])(
    'env.run with sqsOnly has the result that the queue is not told: %s',
    async (_what, completed, returned, result) => {
      @LongRunning({ name: 'ending', safeMs: 1_000, intervalMs: 100 })
      class Ending {
        @State() isOver = false;
        @Step() work() {
          this.isOver = true;
          return completed === undefined ? undefined : complete(completed);
        }
        @Terminate() isDone() {
          return this.isOver;
        }
        @OnComplete() end() {
          return returned;
        }
      }

      const env = JobTestEnvironment.create(Ending);
      expect((await env.run()).result).toStrictEqual(result);
      expect((await env.run({ sqsOnly: true })).result).toStrictEqual(result);
    },
  );
});

describe('batonMatchers', () => {
  it('batonMatchers say what happened instead', async () => {
    const run = await openCharges(false).run();
    expect(run).toComplete();
    expect(run).toFinishInInvocations(1);
    expect(run).not.toHaveHandedOffVia('sqs');
    expect(() => expect(run).toComplete([])).toThrow(
      "Expected the execution to complete with [], and it completed with [ 'ada', 'bob', 'cyd' ].",
    );
    expect(() => expect(run).toFinishInInvocations(2)).toThrow('to finish in 2 invocations, and it took 1');
    expect(() => expect(run).toHaveHandedOffVia('sqs')).toThrow(
      'to hand over by sqs, and it never handed over',
    );
    expect(() => expect(run).toFailWith('TERMINAL')).toThrow('completed after 0 ms in 1 invocation');
    expect(() => expect(Promise.resolve(run)).toComplete()).toThrow('Is an await missing?');
  });

  it.each([false, true])(
    'batonMatchers know a failure by the code or the name of its error or of any cause (by the queue: %s)',
    async (sqsOnly) => {
      class NoSuchAccount extends Error {
        override readonly name = 'NoSuchAccount';
      }
      @LongRunning(times)
      class Fails {
        @Step() work() {
          throw new TerminalError('cannot go on', { cause: new NoSuchAccount('17') });
        }
        @Terminate() isDone() {
          return false;
        }
      }
      const run = await JobTestEnvironment.create(Fails).run({ sqsOnly });
      for (const code of ['EXECUTION_FAILED', 'TERMINAL', 'NoSuchAccount']) expect(run).toFailWith(code);
      expect(() => expect(run).toFailWith('STEP_TIMEOUT')).toThrow(
        'to fail with STEP_TIMEOUT, and its errors are EXECUTION_FAILED',
      );
    },
  );
});
