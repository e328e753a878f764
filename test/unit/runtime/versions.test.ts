import {
  CHECKPOINT_STORE,
  createHandler,
  LongRunning,
  type LongRunningOptions,
  State,
  Step,
  Terminate,
} from '../../../src';
import { FaultyStore, RecordingSender } from '../../../src/testing';
import { callHandler } from '../../helpers/call-handler';
import { virtualWorld } from '../../helpers/virtual-world';

const start = { lambdaBaton: { v: 1, start: { executionId: 'e', input: {} } } };
const times = { name: 'bill', safeMs: 10_000, intervalMs: 1_000 };
const newer = {
  ...times,
  version: 2,
  migrations: { 1: ({ euros, n }: Record<string, unknown>) => ({ cents: Number(euros) * 100, n }) },
};

/** A bill of six steps, in euros in version 1 and in cents in version 2: one euro a step. */
function world() {
  const sender = new RecordingSender();
  const around = virtualWorld({ senders: [sender] });
  const { timer, clock } = around;
  const store = new FaultyStore();

  const deploy = (options: LongRunningOptions, field: 'cents' | 'euros', amount: number) => {
    class Bill {
      [field: string]: unknown;
      n = 0;
      async add() {
        await timer.sleep(20_000);
        this[field] = Number(this[field]) + amount;
        this.n += 1;
      }
      isDone() {
        return this.n === 6;
      }
      end() {
        return this[field];
      }
    }
    Object.assign(Bill.prototype, { [field]: 0 });
    State()(Bill.prototype, field);
    State()(Bill.prototype, 'n');
    Step()(Bill.prototype, 'add', Object.getOwnPropertyDescriptor(Bill.prototype, 'add') as never);
    Terminate()(Bill.prototype, 'isDone', Object.getOwnPropertyDescriptor(Bill.prototype, 'isDone') as never);
    LongRunning(options)(Bill);
    return createHandler(Bill, {
      providers: [...around.providers, { token: CHECKPOINT_STORE, useValue: store }],
    });
  };

  const [one, two] = [deploy(times, 'euros', 1), deploy(newer, 'cents', 100)];
  const call = (handler: typeof one, event: unknown, awsRequestId: string, killAfterMs?: number) => {
    return callHandler(handler, { clock, timer }, event, { remainingMs: 69_000, awsRequestId, killAfterMs });
  };
  const next = () => JSON.parse(sender.sent.at(-1)?.body ?? '');
  const readState = async () => JSON.parse((await store.load('e'))?.state.slice(1) ?? '').json as object;

  /** Delivers continuations until the execution has ended. */
  const finish = async (handler: typeof one) => {
    for (let hop = 1; hop <= 10; hop += 1) {
      const answer = (await call(handler, next(), `finish-${hop}`)) as { status: string };
      if (answer.status === 'completed') return readState();
    }
    throw new Error('it does not end');
  };
  return { one, two, call, next, finish, timer, readState };
}

describe('an execution of version 1 that version 2 goes on with', () => {
  it.each([0, 1, 19_999, 20_000, 20_001, 40_001])(
    'An execution of version 1 that version 2 goes on with is migrated again by the delivery that follows a crash, wherever it happened: after %i ms',
    async (killAfterMs) => {
      const { one, two, call, next, finish, timer } = world();
      expect(await call(one, start, 'r1')).toMatchObject({ status: 'handed-off' });
      const continuation = next();
      await call(two, continuation, 'r2', killAfterMs);
      await timer.advance(60_000);
      await call(two, continuation, 'r2');
      expect(await finish(two)).toEqual({ cents: 600, n: 6 });
    },
  );

  it('An execution of version 1 that version 2 goes on with goes back to version 1 when version 2 died before it stored anything', async () => {
    const { one, two, call, next, finish, timer } = world();
    await call(one, start, 'r1');
    const continuation = next();
    await call(two, continuation, 'r2', 10_000);

    await timer.advance(60_000);
    await call(one, continuation, 'r2');
    expect(await finish(one)).toEqual({ euros: 6, n: 6 });
  });

  it('An execution of version 1 that version 2 goes on with does not go back to version 1 when version 2 has stored a state of its own', async () => {
    const { one, two, call, next, timer, readState } = world();
    await call(one, start, 'r1');
    const continuation = next();
    await call(two, continuation, 'r2', 30_000);

    await timer.advance(60_000);
    await expect(call(one, continuation, 'r2')).rejects.toMatchObject({ code: 'INCOMPATIBLE_STATE' });
    expect(await readState()).toEqual({ cents: 400, n: 4 });
  });
});
