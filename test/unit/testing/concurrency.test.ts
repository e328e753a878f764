import {
  LongRunning,
  MemoryCheckpointStore,
  State,
  Step,
  type StepContext,
  startChildren,
  Terminate,
  wait,
} from '../../../src';
import { JobTestEnvironment } from '../../../src/testing';
import { countRuns } from '../../helpers/how-often';

const times = { safeMs: 1_000, intervalMs: 100 };
const store = () => new MemoryCheckpointStore();

@LongRunning({
  ...times,
  name: 'sync',
  concurrency: { limit: 1, key: ({ tenant }: { tenant: string }) => tenant },
})
class Sync {
  @State() isDone = false;
  @Step() work() {
    this.isDone = true;
    return wait({ seconds: 10 });
  }
  @Terminate() end() {
    return this.isDone;
  }
}

@LongRunning({ ...times, name: 'nightly', concurrency: { limit: 1, whenBusy: 'skip' } })
class Nightly {
  @State() isDone = false;
  @Step() work() {
    this.isDone = true;
    return wait({ seconds: 10 });
  }
  @Terminate() end() {
    return this.isDone;
  }
}

@LongRunning({ ...times, name: 'parent' })
class Parent {
  @State() woken: unknown = null;
  @Step() fork() {
    const tenants = ['a', 'a', 'a', 'b'];
    return startChildren(
      tenants.map((tenant, index) => ({ id: `n${index}`, input: { tenant } })),
      { job: Sync },
    );
  }
  @Step() join(ctx: StepContext) {
    this.woken = { ...ctx.woken };
  }
  @Terminate() isDone() {
    return this.woken !== null;
  }
}

describe('concurrency in the test kit', () => {
  it('Concurrency in the test kit lets executions that were started beside the run wait for each other, by key', async () => {
    const env = JobTestEnvironment.create(Sync, { store, input: { tenant: 'a' } });
    env.startAnother({ tenant: 'a' }, { executionId: 'second', afterMs: 1 });
    env.startAnother({ tenant: 'b' }, { executionId: 'other', afterMs: 2 });
    const run = await env.run();
    const ends = run.events.filter(({ type }) => type === 'execution.completed');
    expect(ends.map(({ executionId, atMs }) => [executionId, atMs - run.startedAtMs])).toEqual([
      ['execution-1', 10_000],
      ['other', 10_002],
      ['second', 20_000],
    ]);
  });

  it('Concurrency in the test kit tells that a run was skipped', async () => {
    const env = JobTestEnvironment.create(Nightly, { store, executionId: 'late' });
    env.startAnother({}, { executionId: 'early' });
    const skipped = (await env.run()).events.filter(({ type }) => type === 'execution.skipped');
    expect(skipped).toMatchObject([{ executionId: 'early', running: ['late'] }]);
  });

  it('Concurrency in the test kit says when AWS would drop the messages by which a long queue is woken', async () => {
    const env = JobTestEnvironment.create(Sync, { store, input: { tenant: 'a' }, recursion: 'terminate' });
    for (let count = 1; count < 20; count += 1) env.startAnother({ tenant: 'a' });
    const { logs } = await env.run();
    const said = logs.filter(({ message }) => message.startsWith('AWS may drop the message'));
    expect(said[0]?.fields).toMatchObject({ fix: expect.stringContaining('--recursive-loop Allow') });
  });

  it('Concurrency in the test kit keeps the promise of a parent whose children wait for each other', async () => {
    const env = JobTestEnvironment.create(Parent, { otherJobs: [Sync], store });
    const exploration = await env.explore({
      crashes: true,
      duplicates: true,
      lostReplies: true,
      maxRuns: countRuns(25),
      compare: ({ outcome, state }) => [outcome, state],
    });
    expect(exploration.baseline.durationMs).toBe(30_000);
    expect(String(exploration)).toContain(' 0 deviations');
  }, 120_000);
});
