import {
  LongRunning,
  OnCancel,
  OnChildEnd,
  OnComplete,
  OnFailure,
  State,
  Step,
  type StepContext,
  startChildren,
  TerminalError,
  Terminate,
  waitForSignal,
} from '../../../../src';
import { AmongWorld, nameFunction } from '../../../helpers/among-world';

const times = { safeMs: 1_000, intervalMs: 100 };
const seen: unknown[] = [];
beforeEach(() => {
  seen.length = 0;
});

const items = (count: number) => Array.from({ length: count }, (_, n) => ({ id: `c${n}`, input: { n } }));

/** Answers twice its number; a negative one fails. */
@LongRunning({ ...times, name: 'double' })
class Double {
  @State() isDone = false;
  @Step({ retry: { maxAttempts: 1 } }) work(ctx: StepContext<{ n: number }>) {
    if (ctx.input.n < 0) throw new Error('no such page');
    this.isDone = true;
  }
  @OnComplete() result(ctx: StepContext<{ n: number }>) {
    return ctx.input.n * 2;
  }
  @Terminate() end() {
    return this.isDone;
  }
}

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

describe('children of another function', () => {
  @LongRunning({ ...times, name: 'boss' })
  class Boss {
    @State() sum = 0;
    @State() isDone = false;
    @Step() fork(ctx: StepContext<{ functionName: string; job?: string }>): unknown {
      return startChildren(items(3), { ...ctx.input, concurrency: 2 });
    }
    @Step() join(ctx: StepContext) {
      seen.push({ sum: this.sum, ...ctx.woken });
      this.isDone = true;
    }
    @OnChildEnd() ended({ result }: { result?: unknown }) {
      this.sum += Number(result);
    }
    @Terminate() end() {
      return this.isDone;
    }
  }

  const inputs = [
    ['by an ARN, of a job that is named', { functionName: nameFunction('other'), job: 'double' }],
    ['by a name, of the first job there', { functionName: 'other' }],
  ] as const;

  it.each(inputs)(
    'Children of another function are started %s, and wake their parent in its own',
    async (_title, input) => {
      const world = new AmongWorld({ boss: Boss, other: [Double, Sleeper] });
      await world.start('p', input);
      expect(seen).toEqual([{ sum: 6, by: 'children', total: 3, completed: 3, failed: 0, cancelled: 0 }]);
      expect(await world.client.status('p')).toMatchObject({ status: 'completed', job: 'boss' });
      expect(await world.client.status('p/1/c1')).toMatchObject({ status: 'completed', job: 'double' });
      const of = (name: string) => world.delivered.filter(({ functionName }) => functionName === name).length;
      expect(of('other')).toBe(3);
    },
  );

  it('Children of another function fail when that function does not know the job', async () => {
    const world = new AmongWorld({ boss: Boss, other: [Sleeper] });
    await world.start('p', { functionName: 'other', job: 'triple' });
    expect(await world.client.status('p')).toMatchObject({
      status: 'failed',
      error: { code: 'CHILDREN_FAILED' },
    });
  });
});

describe('a parent that ends early', () => {
  /** Does something that can be undone, then has children, and fails when one of them completes. */
  @LongRunning({ ...times, name: 'booking' })
  class Booking {
    @State() isDone = false;
    @Step({ compensate: 'release' }) reserve() {
      seen.push('reserved');
    }
    @Step() fork() {
      return startChildren(items(3), { job: Sleeper });
    }
    @Step() join() {
      this.isDone = true;
    }
    @OnChildEnd() ended({ id, status }: { id: string; status: string }) {
      seen.push(`told of ${id} ${status}`);
      throw new TerminalError('enough');
    }
    release() {
      seen.push('released');
    }
    @OnFailure() failed(error: Error) {
      seen.push(`failed: ${error.message.split('\n')[0]}`);
    }
    @OnCancel() cancelled() {
      seen.push('cancelled');
    }
    @Terminate() end() {
      return this.isDone;
    }
  }

  it('A parent that ends early compensates and fails after its children have ended', async () => {
    const world = new AmongWorld({ booking: [Booking, Sleeper] });
    await world.start();
    await world.client.signal({ executionId: 'p/1/c0', name: 'go' });
    await world.deliverAll();
    expect(seen).toEqual([
      'reserved',
      'told of c0 completed',
      'p/1/c1 cancelled',
      'p/1/c2 cancelled',
      'released',
      'failed: enough',
    ]);
    expect(await world.client.status('p')).toMatchObject({
      status: 'failed',
      compensation: 'completed',
      error: { message: 'enough' },
    });
  });

  it('A parent that ends early compensates and is cancelled after its children have ended', async () => {
    const world = new AmongWorld({ booking: [Booking, Sleeper] });
    await world.start();
    await world.client.cancel('p');
    await world.deliverAll();
    expect(seen).toEqual([
      'reserved',
      'p/1/c0 cancelled',
      'p/1/c1 cancelled',
      'p/1/c2 cancelled',
      'released',
      'cancelled',
    ]);
    expect(await world.client.status('p')).toMatchObject({ status: 'cancelled', compensation: 'completed' });
  });

  it('A parent that ends early ends its children when it has lasted too long', async () => {
    @LongRunning({ ...times, name: 'brief', limits: { maxDurationMs: 60_000 } })
    class Brief {
      @Step() fork() {
        return startChildren(items(2), { job: Sleeper });
      }
      @Terminate() end() {
        return false;
      }
    }
    const world = new AmongWorld({ brief: [Brief, Sleeper] });
    await world.start();
    world.clock.block(20 * 60_000);
    await world.client.sweep({ job: 'brief' });
    await world.deliverAll();
    expect(seen).toEqual(['p/1/c0 cancelled', 'p/1/c1 cancelled']);
    expect(await world.client.status('p')).toMatchObject({
      status: 'failed',
      error: { code: 'FUSE_BLOWN', message: expect.stringContaining('maxDurationMs') },
    });
  });

  it('A parent that ends early ends the children that it had started when it died, and has not recorded', async () => {
    const world = new AmongWorld({ booking: [Booking, Sleeper] });
    let isDead = false;
    world.beforeSave = (id) => {
      isDead ||= id === 'p/1/c2';
      if (isDead && id === 'p') throw new Error('the process has died');
    };
    await world.start();
    expect(await world.client.status('p/1/c0')).toMatchObject({ status: 'waiting' });
    world.beforeSave = () => {};
    await world.client.cancel('p');
    world.clock.block(60_000);
    const [first] = world.delivered;
    if (first) await world.deliver(first, first.awsRequestId);
    await world.deliverAll();
    expect(await world.client.status('p')).toMatchObject({ status: 'cancelled' });
    expect(seen).toEqual([
      'reserved',
      'p/1/c0 cancelled',
      'p/1/c1 cancelled',
      'p/1/c2 cancelled',
      'released',
      'cancelled',
    ]);
  });
});

describe('a batch', () => {
  it('A batch is recorded before the first of its children is started, whatever the durability', async () => {
    let run = 0;
    @LongRunning({ ...times, name: 'careless', durability: 'handoff' })
    class Careless {
      @State() isDone = false;
      @Step() fork() {
        run += 1;
        return startChildren([{ id: `run${run}`, input: {} }], { job: Sleeper });
      }
      @Step() join() {
        this.isDone = true;
      }
      @Terminate() end() {
        return this.isDone;
      }
    }
    const world = new AmongWorld({ careless: [Careless, Sleeper] });
    let isDead = false;
    world.beforeSave = (id) => {
      if (isDead && id === 'p') throw new Error('the process has died');
      isDead ||= id === 'p/1/run1';
    };
    await world.start();
    world.beforeSave = () => {};
    world.clock.block(60_000);
    const [first] = world.delivered;
    if (first) await world.deliver(first, first.awsRequestId);
    await world.deliverAll();
    expect(run).toBe(1);
    await world.client.signal({ executionId: 'p/1/run1', name: 'go' });
    await world.deliverAll();
    expect(await world.client.status('p')).toMatchObject({ status: 'completed' });
  });

  it('A batch stops starting when more have failed than may, waits for those that run, and names ten', async () => {
    @LongRunning({ ...times, name: 'many' })
    class Many {
      @State() isDone = false;
      @Step({ retry: { maxAttempts: 3 } }) fork() {
        seen.push('forked');
        const bad = Array.from({ length: 40 }, (_, n) => ({ id: `c${n}`, input: { n: -1 } }));
        return startChildren(bad, { job: Double, concurrency: 3, maxFailures: 12 });
      }
      @Step() join() {
        this.isDone = true;
      }
      @Terminate() end() {
        return this.isDone;
      }
    }
    const world = new AmongWorld({ many: [Many, Double] });
    await world.start();
    const status = await world.client.status('p');
    expect(status).toMatchObject({ status: 'failed', error: { code: 'CHILDREN_FAILED' } });
    const started = await Promise.all(items(40).map(({ id }) => world.client.status(`p/1/${id}`)));
    const ended = started.filter((child) => child?.status === 'failed').length;
    expect(ended).toBe(started.filter((child) => child !== undefined).length);
    expect(ended).toBeGreaterThanOrEqual(13);
    expect(ended).toBeLessThanOrEqual(16);
    const named = Array.from({ length: 10 }, (_, n) => `c${n}`).join(', ');
    expect(status?.error?.message).toContain(`${named} and ${ended - 10} more`);
    expect(seen).toEqual(['forked']);
  });

  it('A batch is waited for by a parent that dies now and then, but sleeps in between', async () => {
    @LongRunning({ ...times, name: 'frail' })
    class Frail {
      @State() isDone = false;
      @Step() fork() {
        return startChildren(items(4), { job: Sleeper });
      }
      @Step() join() {
        this.isDone = true;
      }
      @Terminate() end() {
        return this.isDone;
      }
    }
    const world = new AmongWorld({ frail: [Frail, Sleeper] });
    await world.start();
    for (const { id } of items(4)) {
      await world.client.signal({ executionId: `p/1/${id}`, name: 'go' });
      let writeCount = 0;
      world.beforeSave = (executionId) => {
        // Its flag is raised, it is claimed, and dies.
        if (executionId === 'p') writeCount += 1;
        if (writeCount > 2) throw new Error('the process has died');
      };
      await world.deliverAll();
      world.beforeSave = () => {};
      world.clock.block(60_000);
      const last = world.delivered.at(-1);
      if (last) await world.deliver(last, last.awsRequestId);
      await world.deliverAll();
    }
    expect(await world.client.status('p')).toMatchObject({ status: 'completed' });
  });

  it('A batch is told of its ends under keys of its own', async () => {
    @LongRunning({ ...times, name: 'twice' })
    class Twice {
      @State() isDone = false;
      @Step() fork() {
        return startChildren(items(2), { job: Double });
      }
      @Step() again() {
        return startChildren(items(2), { job: Double });
      }
      @Step() join() {
        this.isDone = true;
      }
      @OnChildEnd() ended(_child: unknown, ctx: StepContext) {
        seen.push(ctx.idempotencyKey);
      }
      @Terminate() end() {
        return this.isDone;
      }
    }
    const world = new AmongWorld({ twice: [Twice, Double] });
    await world.start();
    expect(seen).toEqual(['p#child.1.0.0', 'p#child.1.1.0', 'p#child.2.0.0', 'p#child.2.1.0']);
  });

  it('A batch has at most 10,000 items', async () => {
    @LongRunning({ ...times, name: 'huge' })
    class Huge {
      @Step() fork(ctx: StepContext<{ count: number }>) {
        return startChildren(items(ctx.input.count), { job: Sleeper, concurrency: 1 });
      }
      @Terminate() end() {
        return false;
      }
    }
    const world = new AmongWorld({ huge: [Huge, Sleeper] });
    await world.start('p', { count: 10_000 });
    expect(await world.client.status('p')).toMatchObject({ status: 'waiting' });
    await world.start('q', { count: 10_001 });
    expect(await world.client.status('q')).toMatchObject({
      status: 'failed',
      error: { code: 'INVALID_DIRECTIVE', message: expect.stringContaining('10000 is the limit') },
    });
    await world.client.cancel('p');
    await world.deliverAll();
  });

  it('A batch is no deeper than limits.maxDepth says', async () => {
    @LongRunning({ ...times, name: 'flat', limits: { maxDepth: 1 } })
    class Flat {
      @State() isDone = false;
      @Step({ retry: { maxAttempts: 1 } }) fork() {
        return startChildren([{ id: 'x', input: {} }], { job: Flat });
      }
      @Step() join() {
        this.isDone = true;
      }
      @Terminate() end() {
        return this.isDone;
      }
    }
    const world = new AmongWorld({ flat: Flat });
    await world.start();
    expect(await world.client.status('p/1/x')).toMatchObject({
      status: 'failed',
      error: { code: 'FUSE_BLOWN', message: expect.stringContaining('depth 2; limits.maxDepth is 1') },
    });
    expect(await world.client.status('p/1/x/1/x')).toBeUndefined();
  });
});

describe('what children cost', () => {
  it('What children cost counts for the parent’s maxCostUsd, which ends them too', async () => {
    /** Ten seconds of half a gigabyte: about 0.00008 US dollars. */
    @LongRunning({ ...times, name: 'costly' })
    class Costly {
      @State() isDone = false;
      @Step() async work(ctx: StepContext<{ n: number }>) {
        await world.pause(10_000);
        if (ctx.input.n === 2) return waitForSignal('go');
        return undefined;
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
    @LongRunning({ ...times, name: 'thrifty', limits: { maxCostUsd: 0.000_15 } })
    class Thrifty {
      @State() isDone = false;
      @Step() fork() {
        return startChildren(items(3), { job: Costly });
      }
      @Step() join() {
        this.isDone = true;
      }
      @Terminate() end() {
        return this.isDone;
      }
    }
    const world = new AmongWorld({ thrifty: [Thrifty, Costly] });
    await world.start();
    expect(await world.client.status('p')).toMatchObject({
      status: 'failed',
      error: { code: 'FUSE_BLOWN', message: expect.stringContaining('maxCostUsd') },
    });
    expect(seen).toEqual(['p/1/c2 cancelled']);
  });
});

describe('a parent whose child has ended without waking it', () => {
  @LongRunning({ ...times, name: 'family' })
  class Family {
    @State() isDone = false;
    @Step() fork() {
      return startChildren(items(1), { job: Double });
    }
    @Step() join() {
      this.isDone = true;
    }
    @Terminate() end() {
      return this.isDone;
    }
  }

  /** The child records its end, and dies before it can raise its parent's flag. */
  async function orphan(): Promise<AmongWorld> {
    const world = new AmongWorld({ family: [Family, Double] });
    let isAsleep = false;
    world.beforeSave = (id) => {
      if (id === 'p/1/c0') isAsleep = true;
      else if (isAsleep && world.delivered.length > 1) throw new Error('the process has died');
    };
    await world.start();
    world.beforeSave = () => {};
    expect(await world.client.status('p/1/c0')).toMatchObject({ status: 'completed' });
    expect(await world.client.status('p')).toMatchObject({ status: 'waiting' });
    return world;
  }

  it('A parent whose child has ended without waking it is woken when the child is delivered again', async () => {
    const world = await orphan();
    const [, child] = world.delivered;
    if (child) await world.deliver(child, child.awsRequestId);
    await world.deliverAll();
    expect(await world.client.status('p')).toMatchObject({ status: 'completed' });
  });

  it('A parent whose child has ended without waking it is woken by the sweeper', async () => {
    const world = await orphan();
    await world.client.sweep();
    await world.deliverAll();
    expect(await world.client.status('p')).toMatchObject({ status: 'waiting' });
    world.clock.block(16 * 60_000);
    expect((await world.client.sweep()).swept).toHaveLength(1);
    await world.deliverAll();
    expect(await world.client.status('p')).toMatchObject({ status: 'completed' });
  });
});
