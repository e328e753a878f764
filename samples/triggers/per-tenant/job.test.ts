import { MemoryCheckpointStore } from 'lambda-baton';
import { JobTestEnvironment } from 'lambda-baton/testing';
import { BookUpload, CloseDay } from './job';
import { LEDGER } from './ledger';

/** Work that takes a second, and how much of it was done at the same time. */
function createWorld<Job extends object>(Job: new (...parameters: never[]) => Job, input: object) {
  const done: string[] = [];
  let running = 0;
  let most = 0;
  const ledger = {
    async work(_group: string, _executionId: string, what: string) {
      running += 1;
      most = Math.max(most, running);
      await env.timer.sleep(1_000);
      running -= 1;
      done.push(what);
    },
  };
  const env: JobTestEnvironment<object> = JobTestEnvironment.create<object>(Job as new () => object, {
    input,
    store: () => new MemoryCheckpointStore(),
    providers: [{ token: LEDGER, useValue: ledger }],
  });
  return { env, done, readMost: () => most };
}

describe('BookUpload', () => {
  it('BookUpload books two files of a tenant at a time, in the order they came', async () => {
    const { env, done, readMost } = createWorld(BookUpload, { tenant: 'ada', file: 'f0' });
    const files = Array.from({ length: 9 }, (_, number) => `f${number + 1}`);
    for (const file of files) env.startAnother({ tenant: 'ada', file });
    await env.run();
    expect([done, readMost()]).toEqual([['f0', ...files], 2]);
  });

  it('BookUpload ends the same wherever an invocation is killed, comes twice, times out or gets no answer', async () => {
    const { env } = createWorld(BookUpload, { tenant: 'ada', file: 'f0' });
    env.startAnother({ tenant: 'ada', file: 'f1' });
    env.startAnother({ tenant: 'ada', file: 'f2' });
    expect((await env.explore({ maxRuns: 150 })).deviations).toEqual([]);
  });
});

describe('CloseDay', () => {
  it('CloseDay is not doubled when it is due while it is still going', async () => {
    const { env, done } = createWorld(CloseDay, { due: 'one' });
    env.startAnother({ due: 'two' }, { afterMs: 500 });
    env.startAnother({ due: 'three' }, { afterMs: 1_500 });
    await env.run();
    expect(done).toEqual(['one', 'three']);
  });
});
