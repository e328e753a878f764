import {
  CHECKPOINT_STORE,
  createHandler,
  LongRunning,
  MemoryCheckpointStore,
  OnComplete,
  OnFailure,
  OnHandoff,
  OnResume,
  OnStart,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
} from '../../../src';
import { NodePlatform } from '../../../src/runtime/adapters/node/node-platform';
import { parseRecord } from '../../../src/runtime/core/record/execution-record';
import { fakeLambdaContext, RecordingSender } from '../../../src/testing';
import { nameStart } from '../../helpers/call-handler';
import { thinOut } from '../../helpers/how-often';
import { virtualWorld } from '../../helpers/virtual-world';

interface Input {
  readonly number: number;
}

/** The numbers of the executions. */
const numbers = thinOut(Array.from({ length: 60 }, (_value, number) => number));

describe.each([
  ['without a store', undefined],
  ['with a store', new MemoryCheckpointStore()],
])('sixty executions at once in one process, %s', (_what, store) => {
  it('Sixty executions at once in one process do not see each other: neither state, nor input, logs, hooks, results or claims', async () => {
    const world = virtualWorld();
    const [sender] = world.senders as [RecordingSender];
    const hooks = new Map<string, string[]>();
    const foreign: string[] = [];
    const tell = ({ executionId }: StepContext, hook: string) => {
      hooks.set(executionId, [...(hooks.get(executionId) ?? []), hook]);
    };

    @LongRunning({ safeMs: 1_000, intervalMs: 100 })
    class Busy {
      @State() rows: number[] = [];
      @State() owner = '';
      mine = '';

      check({ executionId, input }: StepContext<Input>) {
        if (this.owner !== executionId || !executionId.endsWith(`-${input.number}`))
          foreign.push(executionId);
        if (this.mine !== '' && this.mine !== executionId) foreign.push(executionId);
        this.mine = executionId;
      }

      @OnStart() begin(ctx: StepContext<Input>) {
        this.owner = ctx.executionId;
        tell(ctx, 'start');
      }

      @OnResume() wake(ctx: StepContext<Input>) {
        this.check(ctx);
        tell(ctx, 'resume');
      }

      @Step({ retry: { maxAttempts: 2 } }) async work(ctx: StepContext<Input>) {
        this.check(ctx);
        const { number } = ctx.input;
        this.rows.push(number * 1_000 + this.rows.length);
        await world.timer.sleep(50 + ((number * 37) % 200));
        this.check(ctx);
        ctx.logger.info('worked', { number });
        if (number % 10 === 3 && this.rows.length === 3) throw new TerminalError(`failure of ${number}`);
        if (number % 10 === 4 && ctx.attempt === 1) throw new Error('again');
      }

      @OnHandoff() sleep(ctx: StepContext<Input>) {
        this.check(ctx);
        tell(ctx, 'handoff');
      }

      @Terminate() isDone({ input }: StepContext<Input>) {
        return this.rows.length === 3 + (input.number % 9);
      }

      @OnComplete() end(ctx: StepContext<Input>) {
        tell(ctx, 'complete');
        return { number: ctx.input.number, rows: this.rows };
      }

      @OnFailure() fail(_error: unknown, ctx: StepContext<Input>) {
        tell(ctx, 'failure');
      }
    }

    const storeProviders = store === undefined ? [] : [{ token: CHECKPOINT_STORE, useValue: store }];
    const handler = createHandler(Busy, { providers: [...world.providers, ...storeProviders] });

    const runOne = async (number: number) => {
      let event = nameStart({ number }, `execution-${number}`);
      for (let invocation = 1; ; invocation += 1) {
        const awsRequestId = invocation === 1 ? `execution-${number}` : `request-${number}-${invocation}`;
        const answer = await handler(
          event,
          fakeLambdaContext({ clock: world.clock, remainingMs: 1_300 + number, awsRequestId }),
        );
        const sent = sender.sent.filter(({ executionId }) => executionId === `execution-${number}`);
        if (sent.length < invocation) return { invocation, answer };
        event = JSON.parse(sent.at(-1)?.body ?? '');
      }
    };

    const outcomes = (await world.timer.drive(Promise.allSettled(numbers.map(runOne)))) ?? [];

    expect(foreign).toEqual([]);
    for (const [index, outcome] of outcomes.entries()) {
      const number = numbers[index] ?? 0;
      const executionId = `execution-${number}`;
      const told = hooks.get(executionId) ?? [];
      if (number % 10 === 3) {
        expect(outcome).toMatchObject({
          status: 'rejected',
          reason: { details: { executionId }, cause: { message: `failure of ${number}` } },
        });
        expect([told[0], told.at(-1)]).toEqual(['start', 'failure']);
      } else {
        const rows = Array.from({ length: 3 + (number % 9) }, (_value, index) => number * 1_000 + index);
        expect(outcome).toMatchObject({
          status: 'fulfilled',
          value: { answer: { status: 'completed', executionId, result: { number, rows } } },
        });
        expect([told[0], told.at(-1)]).toEqual(['start', 'complete']);
      }
      const pairs = told.slice(1, -1);
      expect(pairs.filter((hook) => hook === 'handoff').length).toBe(
        pairs.filter((hook) => hook === 'resume').length,
      );
    }
    expect(sender.sent.length).toBeGreaterThan(numbers.length);
    const strangers = world.logger
      .find('worked')
      .filter(({ fields }) => fields.executionId !== `execution-${String(fields.number)}`);
    expect(strangers).toEqual([]);
    expect(world.logger.find('execution completed')).toHaveLength(
      numbers.filter((number) => number % 10 !== 3).length,
    );
    expect(world.timer.armedCount).toBe(0);

    if (store === undefined) return;
    const { checksum } = new NodePlatform();
    for (const number of numbers) {
      const executionId = `execution-${number}`;
      const record = parseRecord((await store.load(executionId))?.head ?? '', checksum);
      expect(record.continuation).toMatchObject({ executionId, input: { number } });
      expect(record.outcome).toMatchObject(
        number % 10 === 3 ? { status: 'failed' } : { status: 'completed', result: { number } },
      );
      expect([record.epoch, record.continuation.interruptionCount]).toEqual([record.invocation, 0]);
    }
  });
});
