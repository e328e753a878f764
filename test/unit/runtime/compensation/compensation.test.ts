import {
  BatonClient,
  CHECKPOINT_STORE,
  createHandler,
  goTo,
  type InvocationAnswer,
  LongRunning,
  OnCancel,
  OnComplete,
  OnFailure,
  RetryableError,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
  wait,
} from '../../../../src';
import { FaultyStore, RecordingSender } from '../../../../src/testing';
import { callHandler } from '../../../helpers/call-handler';
import { RecordingLambda } from '../../../helpers/client-world';
import { virtualWorld } from '../../../helpers/virtual-world';

const start = { lambdaBaton: { v: 1, start: { executionId: 'e', input: {} } } };

/** What the methods of {@link world}'s job do: by name. */
type Acts = Record<string, (this: TripState, ctx: StepContext) => unknown>;
interface TripState {
  n: number;
  notes: string[];
}

/**
 * A job that reserves, charges and ships in each cycle, of which the first two can be undone, in a function whose deliveries, sends and
 * deaths are the test's.
 */
function world({
  acts = {},
  cycles = 1,
  hasStore = true,
  limits = {},
  maxAttempts = 2,
}: {
  readonly acts?: Acts;
  readonly cycles?: number;
  readonly hasStore?: boolean;
  readonly limits?: object;
  readonly maxAttempts?: number;
} = {}) {
  const sender = new RecordingSender();
  const around = virtualWorld({ senders: [sender] });
  const { timer, clock } = around;
  const store = new FaultyStore();
  const seen: string[] = [];
  const keys = new Map<string, string>();
  const act = (method: string, job: TripState, ctx: StepContext) => {
    const { undo, idempotencyKey } = ctx;
    const what = undo ? `${method}(${undo.step} ${undo.cycle}${undo.isFinished ? '' : ' open'})` : method;
    seen.push(what);
    keys.set(`${what} ${seen.length}`, idempotencyKey);
    return acts[method]?.call(job, ctx);
  };
  const retry = { maxAttempts, initialDelayMs: 10, maxDelayMs: 10 };

  @LongRunning({ name: 'trip', safeMs: 1_000, intervalMs: 100, limits })
  class Trip {
    @State() n = 0;
    @State() notes: string[] = [];
    @Step({ retry, compensate: 'release' }) reserve(ctx: StepContext): unknown {
      return act('reserve', this, ctx);
    }
    @Step({ retry, compensate: 'refund' }) charge(ctx: StepContext): unknown {
      return act('charge', this, ctx);
    }
    @Step({ retry }) ship(ctx: StepContext): unknown {
      this.n += 1;
      return act('ship', this, ctx);
    }
    release(ctx: StepContext): unknown {
      return act('release', this, ctx);
    }
    refund(ctx: StepContext): unknown {
      return act('refund', this, ctx);
    }
    @Terminate() isDone() {
      return this.n === cycles;
    }
    @OnComplete() end(ctx: StepContext) {
      return act('end', this, ctx);
    }
    @OnFailure() failed(error: Error, ctx: StepContext) {
      seen.push(`failed: ${error.message}`);
      act('failed', this, ctx);
    }
    @OnCancel() cancelled(ctx: StepContext) {
      act('cancelled', this, ctx);
    }
  }

  const handler = createHandler(Trip, {
    providers: [...around.providers, ...(hasStore ? [{ token: CHECKPOINT_STORE, useValue: store }] : [])],
  });
  let deliveries = 0;
  const call = (
    event: unknown,
    options: { remainingMs?: number; awsRequestId?: string; killAfterMs?: number },
  ) => callHandler(handler, { clock, timer }, event, { awsRequestId: `request-${++deliveries}`, ...options });
  const deliver = (event: unknown = start, remainingMs = 60_000) =>
    call(event, { remainingMs }) as Promise<InvocationAnswer>;
  /** Delivers an event to an invocation that dies after some time. */
  const deliverAndKill = (event: unknown, killAfterMs: number, awsRequestId?: string) =>
    call(event, { killAfterMs, ...(awsRequestId !== undefined && { awsRequestId }) });
  const deliverSent = (remainingMs?: number) =>
    deliver(JSON.parse(sender.sent.at(-1)?.body ?? ''), remainingMs);
  /** Delivers, and then whatever was sent, until nothing more is. */
  const runToEnd = async (event: unknown = start, remainingMs = 60_000) => {
    let answer: InvocationAnswer | undefined;
    for (let hops = 0; hops < 50; hops += 1) {
      const before = sender.sent.length;
      answer = await deliver(hops === 0 ? event : JSON.parse(sender.sent.at(-1)?.body ?? ''), remainingMs);
      if (sender.sent.length === before) return answer;
    }
    throw new Error('it does not end');
  };
  const lambda = new RecordingLambda();
  const client = new BatonClient({ store, clock, functionName: 'f', client: lambda });
  const status = () => client.status('e');
  return {
    ...around,
    store,
    sender,
    seen,
    keys,
    deliver,
    deliverSent,
    deliverAndKill,
    runToEnd,
    client,
    lambda,
    status,
  };
}

const fail =
  (message = 'no stock') =>
  () => {
    throw new TerminalError(message);
  };

describe('an execution that fails for good', () => {
  it('An execution that fails for good calls the compensating methods of the steps that finished in reverse order, before @OnFailure', async () => {
    const { deliver, seen } = world({ acts: { ship: fail() } });
    await expect(deliver()).rejects.toMatchObject({ code: 'EXECUTION_FAILED' });
    expect(seen).toEqual([
      'reserve',
      'charge',
      'ship',
      'refund(charge 1)',
      'release(reserve 1)',
      'failed: no stock',
      'failed',
    ]);
  });

  it('An execution that fails for good undoes a step of which only an attempt has begun, and says so', async () => {
    const { deliver, seen } = world({ acts: { charge: fail() } });
    await expect(deliver()).rejects.toThrow('no stock');
    expect(seen.slice(2, -2)).toEqual(['refund(charge 1 open)', 'release(reserve 1)']);
  });

  it('An execution that fails for good undoes nothing of a step that has not begun', async () => {
    const { deliver, seen } = world({ acts: { reserve: fail() } });
    await expect(deliver()).rejects.toThrow();
    expect(seen).toEqual(['reserve', 'release(reserve 1 open)', 'failed: no stock', 'failed']);
  });

  it('An execution that fails for good undoes each run of a step once, also of those that it went back to', async () => {
    let returns = 0;
    const { deliver, seen } = world({
      cycles: 3,
      acts: {
        charge: () => (++returns === 1 ? goTo<string>('reserve') : undefined),
        ship() {
          if (this.n === 2) throw new TerminalError('no stock');
        },
      },
    });
    await expect(deliver()).rejects.toThrow();
    expect(seen.slice(seen.indexOf('refund(charge 2)'))).toEqual([
      'refund(charge 2)',
      'release(reserve 2)',
      'refund(charge 1)',
      'release(reserve 1)',
      'refund(charge 1)',
      'release(reserve 1)',
      'failed: no stock',
      'failed',
    ]);
  });

  it('An execution that fails for good counts a step that was tried again, or that yields, as one run', async () => {
    let tries = 0;
    const { deliver, seen } = world({
      acts: {
        reserve: () => {
          tries += 1;
          if (tries === 1) throw new Error('try again');
        },
        *charge() {
          yield;
          yield;
        },
        ship: fail(),
      },
    });
    await expect(deliver()).rejects.toThrow();
    expect(seen.slice(-4, -2)).toEqual(['refund(charge 1)', 'release(reserve 1)']);
    expect(seen.filter((what) => what.startsWith('re') && what.includes('('))).toHaveLength(2);
  });

  it('An execution that fails for good undoes when @OnComplete fails, and when a fuse blows', async () => {
    const completing = world({ acts: { end: fail() } });
    await expect(completing.deliver()).rejects.toThrow();
    expect(completing.seen.slice(4, 6)).toEqual(['refund(charge 1)', 'release(reserve 1)']);

    const blown = world({ acts: { ship: () => wait({ seconds: 10 }) }, limits: { maxDurationMs: 5_000 } });
    await expect(blown.deliver()).rejects.toMatchObject({ cause: { code: 'FUSE_BLOWN' } });
    expect(blown.seen.slice(3)).toEqual([
      'refund(charge 1)',
      'release(reserve 1)',
      expect.stringMatching(/^failed: Execution e of job trip lasts/),
      'failed',
    ]);
  });

  it('An execution that fails for good gives each the state as it is then, what earlier ones changed included', async () => {
    const { deliver, seen } = world({
      acts: {
        charge() {
          this.notes.push('charged');
        },
        ship() {
          this.notes.push('never seen');
          throw new TerminalError('no stock');
        },
        refund() {
          this.notes.push('refunded');
        },
        release() {
          seen.push(this.notes.join());
        },
        failed() {
          seen.push(this.notes.join());
        },
      },
    });
    await expect(deliver()).rejects.toThrow();
    expect(seen.filter((what) => what.includes('charged'))).toEqual(['charged,refunded', 'charged,refunded']);
  });

  it('An execution that fails for good gives each a key of its own, the same for every try of it and in no other unit', async () => {
    let tries = 0;
    const { deliver, keys } = world({
      acts: {
        ship: fail(),
        refund: () => {
          tries += 1;
          if (tries === 1) throw new Error('try again');
        },
      },
    });
    await expect(deliver()).rejects.toThrow();
    const of = (what: string) => [...keys].flatMap(([unit, key]) => (unit.startsWith(what) ? [key] : []));
    const [first, second] = of('refund(charge 1)');
    expect(first).toBe(second);
    expect(new Set(keys.values()).size).toBe(keys.size - 1);
  });

  it('An execution that fails for good tries a compensation as often as its step, with the delays of its step', async () => {
    const { deliver, seen } = world({
      maxAttempts: 3,
      acts: {
        ship: fail(),
        refund: () => {
          throw new Error('the bank is closed');
        },
      },
    });
    await expect(deliver()).rejects.toThrow();
    expect(seen.filter((what) => what.startsWith('refund'))).toHaveLength(3);
  });

  it('An execution that fails for good waits for a long retry delay across invocations', async () => {
    let tries = 0;
    const { runToEnd, seen, sender } = world({
      acts: {
        ship: fail(),
        refund: () => {
          tries += 1;
          if (tries === 1) throw new RetryableError({ retryAfterMs: 70_000 });
        },
      },
    });
    await expect(runToEnd()).rejects.toThrow('no stock');
    expect(sender.sent.length).toBeGreaterThan(0);
    expect(seen.slice(3, 6)).toEqual(['refund(charge 1)', 'refund(charge 1)', 'release(reserve 1)']);
  });

  it('An execution that fails for good records one that fails for good, and undoes the others', async () => {
    const { deliver, seen, status } = world({ acts: { ship: fail(), refund: fail('the bank is closed') } });
    await expect(deliver()).rejects.toThrow('no stock');
    expect(seen.slice(3, 5)).toEqual(['refund(charge 1)', 'release(reserve 1)']);
    await expect(status()).resolves.toMatchObject({
      status: 'failed',
      error: { message: 'no stock' },
      compensation: 'failed',
      compensationFailures: [
        { step: 'charge', cycle: 1, isFinished: true, error: { message: 'the bank is closed' } },
      ],
    });
  });

  it.each([
    ['a directive', () => wait({ seconds: 1 }), 'INVALID_DIRECTIVE'],
    [
      'a state that cannot be stored',
      function (this: TripState) {
        this.notes = [() => {}] as never;
      },
      'UNSERIALIZABLE_STATE',
    ],
  ])(
    'An execution that fails for good records one that leaves %s as failed',
    async (_title, refund, code) => {
      const { deliver, seen, status } = world({ acts: { ship: fail(), refund } });
      await expect(deliver()).rejects.toThrow('no stock');
      expect(seen).toContain('release(reserve 1)');
      await expect(status()).resolves.toMatchObject({ compensationFailures: [{ error: { code } }] });
    },
  );

  it('An execution that fails for good goes on over as many invocations as it takes, with a generator too', async () => {
    const slow = async (ms: number, timer: { sleep(ms: number): Promise<void> }) => timer.sleep(ms);
    const trip = world({
      acts: {
        ship: fail(),
        async *refund() {
          for (; this.n < 20; this.n += 1) {
            await slow(200, trip.timer);
            yield;
          }
        },
        release: () => slow(1_500, trip.timer),
      },
    });
    await expect(trip.runToEnd(start, 3_000)).rejects.toThrow('no stock');
    expect(trip.sender.sent.length).toBeGreaterThan(1);
    expect(trip.seen.filter((what) => what.startsWith('release'))).toHaveLength(1);
    expect(trip.seen.slice(-2)).toEqual(['failed: no stock', 'failed']);
    await expect(trip.status()).resolves.toMatchObject({
      compensation: 'completed',
      error: { message: 'no stock', code: 'TERMINAL' },
    });
  });

  it('An execution that fails for good tells @OnFailure the error as it was, also in a later invocation', async () => {
    const errors: unknown[] = [];
    const trip = world({ acts: { ship: fail(), refund: () => trip.timer.sleep(59_200) } });
    const keep = trip.seen.push.bind(trip.seen);
    trip.seen.push = (...texts) => {
      errors.push(...texts.filter((text) => text.startsWith('failed: ')));
      return keep(...texts);
    };
    await expect(trip.deliver()).resolves.toMatchObject({ status: 'handed-off' });
    await expect(trip.deliverSent()).rejects.toMatchObject({
      code: 'EXECUTION_FAILED',
      details: { step: 'ship' },
      cause: { name: 'TerminalError', message: 'no stock', code: 'TERMINAL' },
    });
    expect(errors).toEqual(['failed: no stock']);
  });

  it('An execution that fails for good says how far it is: none, running, completed', async () => {
    const trip = world({ acts: { ship: fail(), refund: () => trip.timer.sleep(59_200) } });
    await trip.deliver();
    await expect(trip.status()).resolves.toMatchObject({
      status: 'running',
      phase: 'compensate',
      compensation: 'running',
    });
    await expect(trip.deliverSent()).rejects.toThrow();
    await expect(trip.status()).resolves.toMatchObject({ status: 'failed', compensation: 'completed' });

    const well = world();
    await well.deliver();
    await expect(well.status()).resolves.toMatchObject({ status: 'completed', compensation: 'none' });
    expect(well.seen).not.toContainEqual(expect.stringContaining('('));
  });

  it('An execution that fails for good refuses to be redriven, since it cannot go on from where it stood', async () => {
    const { deliver, client, lambda } = world({ acts: { ship: fail() } });
    await expect(deliver()).rejects.toThrow();
    await expect(client.redrive('e')).rejects.toMatchObject({
      code: 'REDRIVE_REFUSED',
      details: { standing: 'compensated' },
    });
    expect(lambda.sent).toEqual([]);
  });

  it('An execution that fails for good answers a late delivery with the recorded failure, and undoes nothing again', async () => {
    const { deliver, seen } = world({ acts: { ship: fail() } });
    await expect(deliver()).rejects.toThrow();
    const before = seen.length;
    await expect(deliver()).rejects.toThrow('no stock');
    expect(seen).toHaveLength(before);
  });

  it('An execution that fails for good undoes without a store, over invocations, with what travels', async () => {
    const trip = world({ hasStore: false, acts: { ship: fail(), refund: () => trip.timer.sleep(59_200) } });
    await expect(trip.deliver()).resolves.toMatchObject({ status: 'handed-off' });
    await expect(trip.deliverSent()).rejects.toThrow('no stock');
    expect(trip.seen.slice(3)).toEqual([
      'refund(charge 1)',
      'release(reserve 1)',
      'failed: no stock',
      'failed',
    ]);
  });
});

describe('the bounds of a compensation', () => {
  it('The bounds of a compensation are its own: a fuse that has blown does not stop it, nor do those that blow meanwhile', async () => {
    const trip = world({
      limits: { maxDurationMs: 50_000, maxInvocations: 1 },
      acts: { ship: fail(), refund: () => trip.timer.sleep(40_000), charge: () => trip.timer.sleep(15_000) },
    });
    await expect(trip.deliver()).rejects.toThrow('no stock');
    expect(trip.seen.slice(3, 5)).toEqual(['refund(charge 1)', 'release(reserve 1)']);
    await expect(trip.status()).resolves.toMatchObject({ compensation: 'completed' });
  });

  it('The bounds of a compensation end it when it takes more invocations than the job may: what is left is recorded as not undone', async () => {
    const trip = world({
      limits: { maxInvocations: 2 },
      acts: {
        ship: fail(),
        async *refund() {
          for (;;) {
            await trip.timer.sleep(500);
            this.n += 1;
            yield;
          }
        },
      },
    });
    await expect(trip.runToEnd(start, 3_000)).rejects.toThrow('no stock');
    expect(trip.seen).not.toContain('release(reserve 1)');
    await expect(trip.status()).resolves.toMatchObject({
      status: 'failed',
      error: { message: 'no stock' },
      compensation: 'failed',
      compensationFailures: [{ step: 'charge', error: { code: 'FUSE_BLOWN' } }],
    });
  });

  it('The bounds of a compensation end a run of more than ten thousand before it begins, not after', async () => {
    const { deliver, seen } = world({ cycles: 6_000, hasStore: false });
    await expect(deliver(start, 900_000)).rejects.toMatchObject({
      cause: { code: 'FUSE_BLOWN', details: { limit: 'maxRememberedRuns', allowed: 10_000, actual: 10_001 } },
    });
    expect(seen.filter((what) => what === 'reserve')).toHaveLength(5_000);
    expect(seen.filter((what) => what.startsWith('release('))).toHaveLength(5_000);
  }, 30_000);
});

describe('an execution that is cancelled', () => {
  it('An execution that is cancelled undoes what it did before @OnCancel', async () => {
    const trip = world({ cycles: 2, acts: { ship: () => trip.client.cancel('e') } });
    await expect(trip.deliver()).resolves.toMatchObject({ status: 'cancelled' });
    expect(trip.seen).toEqual([
      'reserve',
      'charge',
      'ship',
      'refund(charge 1)',
      'release(reserve 1)',
      'cancelled',
    ]);
    await expect(trip.status()).resolves.toMatchObject({ status: 'cancelled', compensation: 'completed' });
  });

  it('An execution that is cancelled undoes a step that it was cancelled in the middle of, with a signal that has not aborted', async () => {
    const aborted: boolean[] = [];
    const trip = world({
      acts: {
        async *charge() {
          await trip.client.cancel('e');
          yield;
        },
        refund: ({ signal }) => {
          aborted.push(signal.aborted);
        },
      },
    });
    await expect(trip.deliver()).resolves.toMatchObject({ status: 'cancelled' });
    expect(trip.seen.slice(2)).toEqual(['refund(charge 1 open)', 'release(reserve 1)', 'cancelled']);
    expect(aborted).toEqual([false]);
  });

  it('An execution that is cancelled changes nothing about a compensation that has begun', async () => {
    const trip = world({
      acts: {
        ship: fail(),
        refund: async ({ signal }) => {
          await trip.client.cancel('e');
          await trip.timer.sleep(100);
          trip.seen.push(`aborted ${signal.aborted}`);
        },
      },
    });
    await expect(trip.deliver()).rejects.toThrow('no stock');
    expect(trip.seen.slice(3)).toEqual([
      'refund(charge 1)',
      'aborted false',
      'release(reserve 1)',
      'failed: no stock',
      'failed',
    ]);
    await expect(trip.status()).resolves.toMatchObject({ status: 'failed' });
  });
});
