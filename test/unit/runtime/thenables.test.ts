import { LongRunning, State, Step, Terminate } from '../../../src';
import { JobTestEnvironment } from '../../../src/testing';
import { runJob } from '../../helpers/run-job';

const times = { safeMs: 1_000, intervalMs: 100 };

type Settle = (value?: unknown) => void;
type Then = (resolve: Settle, reject: Settle) => void;

const later = (act: () => void) => setImmediate(act);

// biome-ignore-start lint/suspicious/noThenProperty: thenables are what this is about

/** By what it is: what a step returns, and the message of the error that it fails with; undefined when it succeeds. */
const thenables: [string, () => unknown, string | undefined][] = [
  ['an object', () => ({ then: (resolve: Settle) => resolve(1) }), undefined],
  ['a function', () => callable((resolve) => resolve(1)), undefined],
  ['a callable proxy', () => proxy((resolve) => resolve(1)), undefined],
  [
    'a function that rejects',
    () => callable((_resolve, reject) => reject(new Error('duplicate key'))),
    'duplicate key',
  ],
  [
    'one whose then throws',
    () => ({
      then: () => {
        throw new Error('syntax');
      },
    }),
    'syntax',
  ],
  [
    'one whose then cannot be read',
    () => ({
      get then() {
        throw new Error('unreadable');
      },
    }),
    'unreadable',
  ],
  [
    'one that resolves to a rejection',
    () => ({ then: (resolve: Settle) => resolve(Promise.reject(new Error('deadlock'))) }),
    'deadlock',
  ],
  [
    'one that resolves to a function that rejects',
    () => ({ then: (resolve: Settle) => resolve(callable((_, no) => no(new Error('x')))) }),
    'x',
  ],
  [
    'one that settles twice',
    () => ({
      then: (resolve: Settle, reject: Settle) =>
        later(() => {
          resolve(1);
          reject(new Error('late'));
        }),
    }),
    undefined,
  ],
  [
    'one that throws when it has settled',
    () => ({
      then: (resolve: Settle) => {
        resolve(1);
        throw new Error('late');
      },
    }),
    undefined,
  ],
];

function callable(then: Then): unknown {
  return Object.assign(() => {}, { then });
}

function proxy(then: Then): unknown {
  return new Proxy(() => {}, { get: (_target, key) => (key === 'then' ? then : undefined) });
}

/** A job whose step, and one whose generator, gives back what is to be awaited. */
function define(give: () => unknown) {
  const calls: string[] = [];

  @LongRunning(times)
  class Gives {
    @State() n = 0;
    @Step({ retry: { maxAttempts: 1 } }) work(): unknown {
      this.n += 1;
      calls.push('work');
      return give();
    }
    @Terminate() isDone() {
      return this.n > 0;
    }
  }

  return { Gives, calls };
}

describe.each(thenables)('a step that returns %s to be awaited', (_what, give, failure) => {
  it(`A step that returns a thenable ${failure === undefined ? 'succeeds' : 'fails'} as await does`, async () => {
    const { Gives, calls } = define(give);
    const { answer, error } = await runJob(Gives);
    if (failure === undefined) expect(answer?.status).toBe('completed');
    else expect(error).toMatchObject({ code: 'EXECUTION_FAILED', cause: { message: failure } });
    expect(calls).toEqual(['work']);
  });

  it('A step that returns a thenable is awaited in the test kit too', async () => {
    const run = await JobTestEnvironment.create(define(give).Gives).run();
    expect(run.outcome).toBe(failure === undefined ? 'completed' : 'failed');
    if (failure !== undefined) expect(run.error).toMatchObject({ cause: { message: failure } });
  });
});

describe('a thenable', () => {
  it('A thenable is asked once for its then, and called once', async () => {
    let [reads, calls] = [0, 0];
    const { Gives } = define(() => ({
      get then() {
        reads += 1;
        return (resolve: Settle) => {
          calls += 1;
          resolve();
        };
      },
    }));
    await runJob(Gives);
    expect([reads, calls]).toEqual([1, 1]);
  });
});

// biome-ignore-end lint/suspicious/noThenProperty: thenables are what this is about
