import {
  LongRunning,
  MemoryCheckpointStore,
  OnChildEnd,
  OnComplete,
  State,
  Step,
  type StepContext,
  startChildren,
  Terminate,
} from '../../../src';
import { JobTestEnvironment } from '../../../src/testing';
import { countRuns } from '../../helpers/how-often';

const times = { safeMs: 1_000, intervalMs: 100 };

@LongRunning({ ...times, name: 'child' })
class Child {
  @State() isDone = false;
  @Step() work(ctx: StepContext<{ n: number }>) {
    if (ctx.input.n < 0) throw new Error('no such page');
    this.isDone = true;
  }
  @Terminate() end() {
    return this.isDone;
  }
  @OnComplete() result(ctx: StepContext<{ n: number }>) {
    return ctx.input.n * 2;
  }
}

@LongRunning({ ...times, name: 'parent' })
class Parent {
  @State() sum = 0;
  @State() ended: string[] = [];
  @State() woken: unknown = null;
  @Step({ retry: { maxAttempts: 1 } }) fork(ctx: StepContext<{ numbers: number[]; maxFailures?: number }>) {
    const { numbers, maxFailures = 0 } = ctx.input;
    return startChildren(
      numbers.map((n) => ({ id: `n${n}`, input: { n } })),
      { job: Child, concurrency: 2, maxFailures },
    );
  }
  @Step() join(ctx: StepContext) {
    this.woken = { ...ctx.woken };
  }
  @OnChildEnd() onEnd(child: { id: string; status: string; result?: number }) {
    this.sum += child.result ?? 0;
    this.ended.push(`${child.id} ${child.status}`);
  }
  @Terminate() isDone() {
    return this.woken !== null;
  }
}

const create = (numbers: number[], maxFailures = 0) =>
  JobTestEnvironment.create(Parent, {
    otherJobs: [Child],
    store: () => new MemoryCheckpointStore(),
    input: { numbers, maxFailures },
  });

describe('startChildren', () => {
  it('startChildren runs every item, tells of each end, and goes on with the next step', async () => {
    const run = await create([1, 2, 3, 4, 5]).run();
    expect(run.outcome).toBe('completed');
    expect(run.state.sum).toBe(30);
    expect([...run.state.ended].sort()).toEqual([
      'n1 completed',
      'n2 completed',
      'n3 completed',
      'n4 completed',
      'n5 completed',
    ]);
    expect(run.state.woken).toEqual({ by: 'children', total: 5, completed: 5, failed: 0, cancelled: 0 });
  });

  it('startChildren goes on at once without items', async () => {
    expect((await create([]).run()).state.woken).toMatchObject({ by: 'children', total: 0 });
  });

  it('startChildren fails for good with the names of those that failed', async () => {
    const run = await create([1, -2, 3]).run();
    expect(run.outcome).toBe('failed');
    expect(run.error).toMatchObject({ cause: { code: 'CHILDREN_FAILED' } });
    expect(String((run.error as Error).message)).toContain('n-2');
  });

  it('startChildren goes on when no more have failed than may', async () => {
    const run = await create([1, -2, 3], 1).run();
    expect(run.state.woken).toMatchObject({ completed: 2, failed: 1 });
  });

  it('startChildren keeps its promise whatever happens at any boundary', async () => {
    const env = create([1, 2]);
    const exploration = await env.explore({
      crashes: true,
      duplicates: true,
      lostReplies: true,
      maxRuns: countRuns(40),
      compare: ({ outcome, state }) => {
        const { sum, ended, woken } = state as Parent;
        return [outcome, sum, [...ended].sort(), woken];
      },
    });
    expect(String(exploration)).toContain(' 0 deviations');
  }, 120_000);
});
