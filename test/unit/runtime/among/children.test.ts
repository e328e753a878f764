import {
  BatonClient,
  CHECKPOINT_STORE,
  createHandler,
  LongRunning,
  MemoryCheckpointStore,
  OnCancel,
  State,
  Step,
  type StepContext,
  startChildren,
  Terminate,
  waitForSignal,
} from '../../../../src';
import { RecordingSender } from '../../../../src/testing';
import { callHandler } from '../../../helpers/call-handler';
import { virtualWorld } from '../../../helpers/virtual-world';

const times = { safeMs: 1_000, intervalMs: 100 };
const seen: unknown[] = [];
beforeEach(() => {
  seen.length = 0;
});

/** Waits for somebody. */
@LongRunning({ ...times, name: 'sleeper' })
class Sleeper {
  @State() isDone = false;
  @Step() pause() {
    return waitForSignal('go');
  }
  @Step() finish() {
    this.isDone = true;
  }
  @OnCancel() cancelled(ctx: StepContext) {
    seen.push(`${ctx.executionId} cancelled`);
  }
  @Terminate() end() {
    return this.isDone;
  }
}

@LongRunning({ ...times, name: 'parent' })
class Parent {
  @State() counts: unknown = null;
  @Step() fork(): unknown {
    return startChildren(
      [
        { id: 'a', input: {} },
        { id: 'b', input: {} },
      ],
      { job: Sleeper, maxFailures: 1 },
    );
  }
  @Step() join(ctx: StepContext) {
    this.counts = { ...ctx.children };
    seen.push({ ...ctx.woken });
  }
  @OnCancel() cancelled() {
    seen.push('parent cancelled');
  }
  @Terminate() end() {
    return this.counts !== null;
  }
}

/** A function with its store; what is sent is delivered, one message after the other. */
function makeWorld(jobs: Parameters<typeof createHandler>[0]) {
  const sender = new RecordingSender();
  const world = virtualWorld({ senders: [sender] });
  const store = new MemoryCheckpointStore();
  const handler = createHandler(jobs, {
    providers: [...world.providers, { token: CHECKPOINT_STORE, useValue: store }],
  });
  const events: unknown[] = [];
  const lambda = {
    async send({ input }: { input: { Payload: string } }) {
      events.push(JSON.parse(input.Payload));
      return {};
    },
  };
  const client = new BatonClient({ store, client: lambda, clock: world.clock });
  let count = 0;
  let sentCount = 0;
  const deliverAll = async () => {
    for (;;) {
      for (const { body } of sender.sent.slice(sentCount)) events.push(JSON.parse(body));
      sentCount = sender.sent.length;
      const event = events.shift();
      if (event === undefined) return;
      count += 1;
      await callHandler(handler, world, event, { awsRequestId: `request-${count}` }).catch(() => {});
    }
  };
  const start = (executionId = 'p') => {
    events.push({ lambdaBaton: { v: 1, start: { executionId, input: {} } } });
    return deliverAll();
  };
  return { ...world, sender, store, client, deliverAll, start };
}

describe('children', () => {
  it('Children are cancelled with their parent, which ends after them', async () => {
    const { client, start, deliverAll } = makeWorld([Parent, Sleeper]);
    await start();
    expect(await client.status('p/1/a')).toMatchObject({ status: 'waiting', job: 'sleeper' });
    await client.cancel('p');
    await deliverAll();
    expect(seen).toEqual(['p/1/a cancelled', 'p/1/b cancelled', 'parent cancelled']);
    expect(await client.status('p')).toMatchObject({ status: 'cancelled' });
  });

  it('Children may be cancelled one by one, and count as failures then', async () => {
    const { client, start, deliverAll } = makeWorld([Parent, Sleeper]);
    await start();
    await client.cancel('p/1/a');
    await client.signal({ executionId: 'p/1/b', name: 'go' });
    await deliverAll();
    expect(seen).toEqual([
      'p/1/a cancelled',
      { by: 'children', total: 2, completed: 1, failed: 0, cancelled: 1 },
    ]);
    expect(await client.status('p')).toMatchObject({ status: 'completed' });
  });

  it('Children are never adopted when their id is somebody else’s', async () => {
    const { client, start, deliverAll } = makeWorld([Parent, Sleeper]);
    const other = makeWorld([Sleeper]);
    await other.start('p/1/a');
    expect(await other.client.status('p/1/a')).toMatchObject({ status: 'waiting' });
    const strange = await other.store.load('p/1/a');
    const world = makeWorld([Parent, Sleeper]);
    if (strange) await world.store.save(strange, undefined);
    await world.start();
    await world.client.signal({ executionId: 'p/1/b', name: 'go' });
    await world.deliverAll();
    expect(seen).toEqual([{ by: 'children', total: 2, completed: 1, failed: 1, cancelled: 0 }]);
    await start();
    await client.cancel('p');
    await deliverAll();
  });

  it('Children are at most three deep', async () => {
    @LongRunning({ ...times, name: 'nest' })
    class Nest {
      @State() isDone = false;
      @Step() fork() {
        return startChildren([{ id: 'x', input: {} }], { job: Nest });
      }
      @Step() end() {
        this.isDone = true;
      }
      @Terminate() done() {
        return this.isDone;
      }
    }
    const { client, start } = makeWorld(Nest);
    await start();
    expect(await client.status('p/1/x/1/x/1/x')).toMatchObject({
      status: 'failed',
      error: { code: 'FUSE_BLOWN' },
    });
    expect(await client.status('p/1/x/1/x/1/x/1/x')).toBeUndefined();
    expect(await client.status('p')).toMatchObject({ status: 'failed', error: { code: 'CHILDREN_FAILED' } });
  });

  it('Children need a store', async () => {
    const world = virtualWorld({ senders: [new RecordingSender()] });
    const handler = createHandler([Parent, Sleeper], { providers: world.providers });
    const running = callHandler(handler, world, {});
    await expect(running).rejects.toMatchObject({ cause: { code: 'INVALID_DIRECTIVE' } });
  });
});
