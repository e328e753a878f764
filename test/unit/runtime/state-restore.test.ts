import {
  LongRunning,
  OnComplete,
  OnFailure,
  State,
  type StateOptions,
  Step,
  type StepContext,
  Terminate,
} from '../../../src';
import { runJob } from '../../helpers/run-job';
import { type VirtualWorld, virtualWorld } from '../../helpers/virtual-world';

const times = { safeMs: 1_000, intervalMs: 100 };
/** With this much, an invocation runs one step of 600 ms. */
const oneStepMs = 1_500;

/** Runs one job class, then carries the execution on with another, as after a deployment. */
async function deploy(world: VirtualWorld, before: new () => object, after: new () => object) {
  const first = await runJob(before, { world, remainingMs: oneStepMs, maxDeliveries: 1 }).catch(
    () => undefined,
  );
  expect(first).toBeUndefined();
  const [{ sent } = { sent: [] }] = world.senders as unknown as { sent: { body: string }[] }[];
  return runJob(after, { world, event: JSON.parse(sent.at(-1)?.body ?? '{}') });
}

describe('the state', () => {
  it('The state survives hand-offs with every kind of value it may hold', async () => {
    const world = virtualWorld();
    const shared = { hits: 1 };
    const cyclic: Record<string, unknown> = { name: 'cycle' };
    cyclic.self = cyclic;
    const everything = () => ({
      text: 'umlaut ü, emoji 🚚, control \u0000\u0007, lone \ud800, quotes "\'`, non-character \uffff',
      numbers: [0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER],
      big: 12_345_678_901_234_567_890n,
      nothing: [null, undefined],
      date: new Date(5),
      map: new Map<unknown, unknown>([
        ['key', { nested: new Set([1, 'two']) }],
        [{ object: 'key' }, 3],
      ]),
      set: new Set([new Date(7)]),
      bytes: new Uint8Array([1, 2, 255]),
      floats: new Float64Array([0.1, -0]),
      url: new URL('https://example.com/path?query=1#hash'),
      pair: [shared, shared],
      cyclic,
      sparse: Object.assign(new Array(3), { 0: 1, 2: 3 }),
      bare: Object.assign(Object.create(null), { key: 'value' }),
      lookAlike: { lambdaBaton: { v: 1 }, $date: 5, json: { text: '[]' }, '-1': -1 },
    });
    const hostile = '{"__proto__":{"admin":true},"constructor":{"prototype":{}}}';
    const seen: ReturnType<typeof everything>[] = [];
    const others: { time: number; proto: { admin?: boolean } }[] = [];

    @LongRunning(times)
    class Everything {
      @State() all = {} as ReturnType<typeof everything>;
      @State() never = new Date(Number.NaN);
      @State() proto = JSON.parse(hostile);
      @State() rounds = 0;
      @Step({ once: true }) fill() {
        this.all = everything();
      }
      @Step() async work() {
        seen.push(this.all);
        others.push({ time: this.never.getTime(), proto: this.proto });
        await world.timer.sleep(600);
        this.rounds += 1;
      }
      @Terminate() isDone() {
        return this.rounds === 3;
      }
    }

    const { answers } = await runJob(Everything, { world, remainingMs: oneStepMs });
    expect(answers.length).toBeGreaterThan(2);
    expect(seen).toHaveLength(3);
    for (const all of seen) {
      expect(all).toStrictEqual(everything());
      expect(all.pair[0]).toBe(all.pair[1]);
      expect(all.cyclic.self).toBe(all.cyclic);
      expect(Object.getPrototypeOf(all.bare)).toBeNull();
      expect(1 in all.sparse).toBe(false);
    }
    expect(new Set(seen).size).toBe(3);
    for (const { time, proto } of others) {
      expect(time).toBeNaN();
      expect(JSON.stringify(proto)).toBe(hostile);
      expect(proto.admin).toBeUndefined();
    }
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('The state keeps references between two fields', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class Shared {
      @State() rows: { id: number }[] = [{ id: 1 }];
      @State() current: { id: number } | undefined = this.rows[0];
      @State() rounds = 0;
      @Step() async work() {
        if (this.current) this.current.id += 10;
        await world.timer.sleep(600);
        this.rounds += 1;
      }
      @Terminate() isDone() {
        return this.rounds === 3;
      }
      @OnComplete() end() {
        return { rows: this.rows, isSame: this.rows[0] === this.current };
      }
    }

    expect((await runJob(Shared, { world, remainingMs: oneStepMs })).answer?.result).toEqual({
      rows: [{ id: 31 }],
      isSame: true,
    });
  });

  it('The state is restored after the constructor and the field initialisers have run', async () => {
    const world = virtualWorld();
    const constructed: number[] = [];

    @LongRunning(times)
    class Sets {
      @State() fromInitialiser = 1;
      @State() fromConstructor: number;
      @State() declared!: number;
      notState = 0;

      constructor() {
        this.fromConstructor = 1;
        this.declared = 1;
        constructed.push(this.fromInitialiser);
      }

      @Step() async work() {
        this.fromInitialiser += 1;
        this.fromConstructor += 1;
        this.declared += 1;
        this.notState += 1;
        await world.timer.sleep(600);
      }

      @Terminate() isDone() {
        return this.declared === 4;
      }

      @OnComplete() end() {
        return [this.fromInitialiser, this.fromConstructor, this.declared, this.notState];
      }
    }

    const { answer, answers } = await runJob(Sets, { world, remainingMs: oneStepMs });
    expect(answer?.result).toEqual([4, 4, 4, 0]);
    expect(constructed).toEqual(answers.map(() => 1));
  });

  it('The state holds the fields of base classes too, also one that a subclass declares again', async () => {
    const world = virtualWorld();

    class Base {
      @State() base = 0;
      @State() both = 'base';
      @Terminate() isDone() {
        return this.base === 2;
      }
    }

    @LongRunning(times)
    class Derived extends Base {
      @State() own: string[] = [];
      @State() override both = 'derived';
      @Step() async work() {
        this.base += 1;
        this.own.push(this.both);
        this.both += '!';
        await world.timer.sleep(600);
      }
      @OnComplete() end() {
        return [this.base, this.own, this.both];
      }
    }

    expect((await runJob(Derived, { world, remainingMs: oneStepMs })).answer?.result).toEqual([
      2,
      ['derived', 'derived!'],
      'derived!!',
    ]);
  });

  it('The state brings an undefined back as undefined, not as what the initialiser says', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class Undefined {
      @State() cursor: string | undefined = 'start';
      @State() never: string | undefined;
      @State() deleted?: string = 'start';
      @State() rounds = 0;
      @Step() async work() {
        this.cursor = undefined;
        delete this.deleted;
        await world.timer.sleep(600);
        this.rounds += 1;
      }
      @Terminate() isDone() {
        return this.rounds === 2;
      }
      @OnComplete() end() {
        return [this.cursor, this.never, this.deleted].map(String);
      }
    }

    expect((await runJob(Undefined, { world, remainingMs: oneStepMs })).answer?.result).toEqual([
      'undefined',
      'undefined',
      'undefined',
    ]);
  });

  it('The state uses a field’s codec at hand-offs and at rollbacks', async () => {
    const world = virtualWorld();

    class Money {
      constructor(readonly cents: bigint) {}
      plus(cents: bigint) {
        return new Money(this.cents + cents);
      }
    }
    const codec: StateOptions<Money> = {
      codec: { encode: ({ cents }) => String(cents), decode: (stored: string) => new Money(BigInt(stored)) },
    };

    @LongRunning(times)
    class Pays {
      @State(codec) total = new Money(0n);
      @State() rounds = 0;
      @Step() async work({ attempt }: StepContext) {
        this.total = this.total.plus(100n);
        if (attempt === 1) throw new Error('every first attempt fails');
        await world.timer.sleep(600);
        this.rounds += 1;
      }
      @Terminate() isDone() {
        return this.rounds === 3;
      }
      @OnComplete() end() {
        return [this.total instanceof Money, String(this.total.cents)];
      }
    }

    const { answer, sent } = await runJob(Pays, { world, remainingMs: 2_500 });
    expect(answer?.result).toEqual([true, '300']);
    expect(sent.length).toBeGreaterThan(0);
  });

  it('The state compresses what is large, and brings it back', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class Large {
      @State() text = '';
      @State() rounds = 0;
      @Step() async work() {
        this.text += 'all work and no play '.repeat(50_000);
        await world.timer.sleep(600);
        this.rounds += 1;
      }
      @Terminate() isDone() {
        return this.rounds === 2;
      }
      @OnComplete() end() {
        return this.text.length;
      }
    }

    const { answer, sent } = await runJob(Large, { world, remainingMs: oneStepMs });
    expect(answer?.result).toBe(2 * 21 * 50_000);
    expect(sent[0]?.body.length).toBeLessThan(50_000);
  });
});

describe('a value that cannot be stored', () => {
  class Socket {
    readonly fd = 1;
  }

  it.each<[string, () => unknown, string]>([
    ['a function', () => ({ rows: [0, 1, 2, { socket: () => {} }] }), 'data.rows[3].socket'],
    ['a class instance', () => ({ 'a b': new Socket() }), 'data["a b"]'],
    ['a symbol', () => Symbol('no'), 'data'],
    ['a promise', () => [Promise.resolve()], 'data[0]'],
    ['a WeakMap in a Map', () => new Map([['cache', new WeakMap()]]), 'data.get("cache")'],
    ['an Error', () => ({ last: new Error('no') }), 'data.last'],
    ['a RegExp in a Set', () => new Set([1, /x/]), 'data[1]'],
  ])(
    'A value that cannot be stored fails the execution at the end of its step, naming the path, without a retry: %s',
    async (_title, make, path) => {
      const story: string[] = [];

      @LongRunning(times)
      class Unstorable {
        @State() data: unknown = 'fine';
        @Step() good() {
          story.push('good');
        }
        @Step() bad() {
          story.push('bad');
          this.data = make();
        }
        @Step() never() {
          story.push('never');
        }
        @Terminate() isDone() {
          return false;
        }
        @OnFailure() tell() {
          story.push(`failed with ${String(this.data)}`);
        }
      }

      const { error } = await runJob(Unstorable);
      expect(error).toMatchObject({ code: 'EXECUTION_FAILED', details: { step: 'bad' } });
      expect((error as Error).cause).toMatchObject({ code: 'UNSERIALIZABLE_STATE', details: { path } });
      expect((error as Error).message).toContain(`@State ${path} `);
      expect(story).toEqual(['good', 'bad', 'failed with fine']);
    },
  );

  it('A value that cannot be stored is no matter when the step takes it away again before its end', async () => {
    @LongRunning(times)
    class Temporary {
      @State() data: unknown = 0;
      @Step() async work() {
        this.data = () => {};
        await null;
        this.data = 1;
      }
      @Terminate() isDone() {
        return this.data === 1;
      }
    }

    expect((await runJob(Temporary)).answer?.status).toBe('completed');
  });

  it('A value that cannot be stored fails the execution before its first step when it is there from the start', async () => {
    const story: string[] = [];

    @LongRunning(times)
    class BadFromTheStart {
      @State() socket = new Socket();
      @Step() work() {
        story.push('work');
      }
      @Terminate() isDone() {
        story.push('asked');
        return false;
      }
    }

    const { error } = await runJob(BadFromTheStart);
    expect(error).toMatchObject({ code: 'EXECUTION_FAILED' });
    expect((error as Error).cause).toMatchObject({
      code: 'UNSERIALIZABLE_STATE',
      details: { path: 'socket', type: 'Socket' },
    });
    expect(story).toEqual([]);
  });

  it('A value that cannot be stored is a typed error when a codec fails', async () => {
    let calls = 0;

    @LongRunning(times)
    class BadCodec {
      @State({
        codec: {
          encode: (value: number) => {
            if (value === 1) throw new TypeError('cannot encode');
            return value;
          },
          decode: (value: number) => value,
        },
      })
      coded = 0;
      @Step() work() {
        calls += 1;
        this.coded = 1;
      }
      @Terminate() isDone() {
        return false;
      }
    }

    const { error } = await runJob(BadCodec);
    expect((error as Error).cause).toMatchObject({
      code: 'UNSERIALIZABLE_STATE',
      details: { path: 'coded' },
      cause: { message: 'cannot encode' },
    });
    expect(calls).toBe(1);
  });
});

describe('a deployment in mid-execution', () => {
  /** The code that the executions below begin on. */
  function writeBefore(world: VirtualWorld) {
    @LongRunning({ ...times, name: 'Evolving' })
    class Before {
      @State() kept = 'initial';
      @State() removed = 'initial';
      @Step() async work() {
        this.kept = 'changed';
        this.removed = 'changed';
        await world.timer.sleep(600);
      }
      @Terminate() isDone() {
        return false;
      }
    }
    return Before;
  }

  it('A deployment in mid-execution gives a field that was added its initial value, and reports one that was removed', async () => {
    const world = virtualWorld();

    @LongRunning({ ...times, name: 'Evolving' })
    class After {
      @State() kept = 'new initial';
      @State() added = 'added';
      @Step() work() {}
      @Terminate() isDone() {
        return this.kept === 'changed';
      }
      @OnComplete() end() {
        return { ...this };
      }
    }

    const { answer } = await deploy(world, writeBefore(world), After);
    expect(answer?.result).toEqual({ kept: 'changed', added: 'added' });
    expect(world.logger.find('fields of an older state are no longer declared')).toMatchObject([
      { level: 'warn', fields: { unknownFields: ['removed'] } },
    ]);
  });

  it('A deployment in mid-execution migrates the state from version to version, in order', async () => {
    const world = virtualWorld();
    const seen: unknown[] = [];

    @LongRunning({
      ...times,
      name: 'Evolving',
      version: 3,
      migrations: {
        1: (state) => {
          seen.push(state);
          return { first: state.kept, second: state.removed };
        },
        2: ({ first, second }) => ({ both: [first, second] }),
      },
    })
    class After {
      @State() both: string[] = [];
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
      @OnComplete() end() {
        return this.both;
      }
    }

    const { answer } = await deploy(world, writeBefore(world), After);
    expect(seen).toEqual([{ kept: 'changed', removed: 'changed' }]);
    expect(answer?.result).toEqual(['changed', 'changed']);
  });

  it.each<[string, object, object]>([
    [
      'throws',
      {
        1: () => {
          throw new Error('cannot');
        },
      },
      { expected: 2, received: 1 },
    ],
    ['answers no state', { 1: () => 'text' }, { expected: 2, received: 1 }],
  ])(
    'A deployment in mid-execution is refused with a typed error, before anything runs, when a migration %s',
    async (_title, migrations, details) => {
      const world = virtualWorld();
      let calls = 0;

      @LongRunning({ ...times, name: 'Evolving', version: 2, migrations: migrations as never })
      class After {
        @Step() work() {
          calls += 1;
        }
        @Terminate() isDone() {
          calls += 1;
          return true;
        }
      }

      const { error } = await deploy(world, writeBefore(world), After);
      expect(error).toMatchObject({ code: 'INCOMPATIBLE_STATE', details });
      expect(calls).toBe(0);
    },
  );

  it('A deployment in mid-execution is refused when the code is older than the checkpoint, or has lost the step that is next', async () => {
    const [world, another] = [virtualWorld(), virtualWorld()];
    const Before = writeBefore(world);

    @LongRunning({ ...times, name: 'Evolving', version: 2, migrations: { 1: (state) => state } })
    class Newer extends Before {}

    @LongRunning({ ...times, name: 'Evolving' })
    class WithoutStep {
      @Step() renamed() {}
      @Terminate() isDone() {
        return true;
      }
    }

    expect((await deploy(world, Newer, Before)).error).toMatchObject({
      code: 'INCOMPATIBLE_STATE',
      details: { expected: 1, received: 2 },
    });
    const { error } = await deploy(another, writeBefore(another), WithoutStep);
    expect(error).toMatchObject({ code: 'INCOMPATIBLE_STATE', details: { received: 'work' } });
  });

  it('A deployment in mid-execution finds the next step by its name when steps were added before it', async () => {
    const world = virtualWorld();
    const story: string[] = [];

    @LongRunning({ ...times, name: 'Ordered' })
    class Before {
      @Step() async first() {
        await world.timer.sleep(600);
      }
      @Step() second() {}
      @Terminate() isDone() {
        return false;
      }
    }

    @LongRunning({ ...times, name: 'Ordered' })
    class After {
      @Step() added() {
        story.push('added');
      }
      @Step() first() {
        story.push('first');
      }
      @Step() second() {
        story.push('second');
      }
      @Terminate() isDone() {
        return story.length > 0;
      }
    }

    await deploy(world, Before, After);
    expect(story).toEqual(['second']);
  });
});
