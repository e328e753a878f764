import {
  CHECKPOINT_STORE,
  createHandler,
  LongRunning,
  MemoryCheckpointStore,
  State,
  Step,
  type StepContext,
  type StoredExecution,
  TerminalError,
  Terminate,
  waitForSignal,
} from '../../../../src';
import { fakeLambdaContext, JobTestEnvironment, RecordingSender } from '../../../../src/testing';
import { AmongWorld } from '../../../helpers/among-world';
import { virtualWorld } from '../../../helpers/virtual-world';

/** An execution that AWS would stop after its 14th hand-off, and another one that waits for its slot. */
function parkedWorld() {
  const ends: string[] = [];
  @LongRunning({ name: 'tidy', safeMs: 5_000, intervalMs: 500, concurrency: { limit: 1 } })
  class Tidy {
    @State() count = 0;
    @State() isDone = false;
    @Step() async work({ input, executionId }: StepContext<{ steps?: number }>) {
      await env.timer.sleep(100);
      this.count += 1;
      this.isDone = this.count === (input.steps ?? 40);
      if (this.isDone) ends.push(executionId);
    }
    @Terminate() isOver() {
      return this.isDone;
    }
  }
  const env = JobTestEnvironment.create(Tidy, {
    timeoutMs: 60_000,
    recursion: 'terminate',
    store: () => new MemoryCheckpointStore(),
  });
  env.startAnother({ steps: 1 }, { afterMs: 10 });
  const run = async (schedule: string) => {
    ends.length = 0;
    return env.run({ handOffAfterEveryStep: true, schedule });
  };
  return { run, ends };
}

describe('the slot of an execution that is parked', () => {
  it('The slot of an execution that is parked is given on, wherever its process dies', async () => {
    const { run, ends } = parkedWorld();
    const { boundaries } = await run('');
    expect(ends).toContain('execution-1-2');
    const faults = boundaries.slice(-32).flatMap(({ number, kind }) => {
      if (kind === 'load') return [`crash@${number}`];
      return kind === 'save' || kind === 'send' ? [`crash@${number}`, `crash-after@${number}`] : [];
    });
    const stuck: string[] = [];
    for (const fault of faults) {
      await run(fault);
      if (!ends.includes('execution-1-2')) stuck.push(fault);
    }
    expect(stuck).toEqual([]);
  }, 120_000);
});

/** A store that refuses to write the record of one execution. */
class PartlyFailingStore extends MemoryCheckpointStore {
  refusedId: string | undefined;
  override async save(execution: StoredExecution, expected: string | undefined) {
    if (execution.executionId === this.refusedId) throw new Error('Rate exceeded');
    return super.save(execution, expected);
  }
}

/** A function whose code may be deployed again, with another limit. */
function deployedWorld() {
  const sender = new RecordingSender();
  const { providers, clock, timer } = virtualWorld({ senders: [sender] });
  const store = new PartlyFailingStore();
  const begun: string[] = [];
  const deploy = (limit: number) => {
    @LongRunning({ name: 'tidy', safeMs: 1_000, intervalMs: 100, concurrency: { limit } })
    class Tidy {
      @Step() begin({ executionId }: StepContext) {
        begun.push(executionId);
        return waitForSignal('go');
      }
      @Terminate() isOver() {
        return false;
      }
    }
    return createHandler(Tidy, { providers: [...providers, { token: CHECKPOINT_STORE, useValue: store }] });
  };
  let handler = deploy(1);
  const deliver = (event: unknown, awsRequestId: string) =>
    timer.drive(handler(event, fakeLambdaContext({ clock, awsRequestId, remainingMs: 20_000 })));
  return {
    store,
    begun,
    start: (executionId: string) =>
      deliver({ lambdaBaton: { v: 1, start: { executionId, input: {} } } }, executionId),
    raise: (limit: number) => {
      handler = deploy(limit);
    },
    deliverSent: async () => {
      for (const { body } of sender.sent.splice(0)) await deliver(JSON.parse(body), `look ${body}`);
    },
  };
}

describe('an execution that waits for a slot', () => {
  it('An execution that waits for a slot is woken when there are more of them, though whoever called it died before it could wake it', async () => {
    const { store, begun, start, raise, deliverSent } = deployedWorld();
    await start('a');
    await start('b');
    raise(3);
    store.refusedId = 'b';
    await expect(start('c')).rejects.toThrow('could not be read or written');
    store.refusedId = undefined;
    await start('c');
    await deliverSent();
    expect(begun).toEqual(['a', 'c', 'b']);
  });

  it('An execution that waits for a slot is woken when the one that called it failed, died before it could wake it, and was redriven', async () => {
    const begun: string[] = [];
    @LongRunning({ name: 'tidy', safeMs: 1_000, intervalMs: 100, concurrency: { limit: 1 } })
    class Tidy {
      @Step() begin({ executionId }: StepContext) {
        begun.push(executionId);
        return waitForSignal('go');
      }
      @Step() end() {
        throw new TerminalError('no');
      }
      @Terminate() isOver() {
        return false;
      }
    }
    const world = new AmongWorld({ tidy: Tidy });
    await world.start('a');
    await world.start('b');
    // It has called b, and dies before it has sent the look.
    world.isLost = ({ event }) => JSON.stringify(event).includes('"b"');
    await world.client.signal({ executionId: 'a', name: 'go' });
    await world.deliverAll();
    expect(await world.client.status('a')).toMatchObject({ status: 'failed' });
    world.isLost = () => false;
    await world.client.redrive('a');
    await world.deliverAll();
    expect(begun).toEqual(['a', 'b']);
  });
});
