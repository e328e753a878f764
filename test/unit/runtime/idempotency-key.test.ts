import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import {
  goTo,
  InvalidKeyError,
  LongRunning,
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
import { beginExecution } from '../../../src/runtime/core/execution/execution';
import { writeKey, writePartKey } from '../../../src/runtime/core/execution/idempotency-key';
import { runJob } from '../../helpers/run-job';
import { type VirtualWorld, virtualWorld } from '../../helpers/virtual-world';
import { makePlan } from './core/core.helpers';

const times = { safeMs: 1_000, intervalMs: 100 };

/** A job with every kind of unit of work. Notes each run: its key, and a name for the work that is the same in every execution. */
function noting(world: VirtualWorld, failures: ReadonlySet<number>) {
  const runs: { key: string; work: string; attempt: number }[] = [];
  let callCount = 0;
  const note = async ({ idempotencyKey: key, attempt }: StepContext, work: string, ms: number) => {
    callCount += 1;
    runs.push({ key, work, attempt });
    await world.timer.sleep(ms);
    if (attempt < 3 && failures.has(callCount)) throw new Error('on request');
  };

  @LongRunning({ ...times, limits: { maxIdleInvocations: 50, maxInterruptions: 50 } })
  class Noting {
    @State() round = 0;
    @State() row = 0;
    @State() hasJumped = false;

    @OnStart() async begin(ctx: StepContext) {
      await note(ctx, 'begin', 50);
    }

    @Step({ once: true }) async prepare(ctx: StepContext) {
      await note(ctx, 'prepare', 30);
    }

    @Step({ retry: { initialDelayMs: 100 } }) async *rows(ctx: StepContext) {
      while (this.row < 3) {
        await note(ctx, `row ${this.round}/${this.row}`, 120);
        this.row += 1;
        yield;
      }
      await note(ctx, `rows end ${this.round}`, 20);
    }

    @Step() async again(ctx: StepContext) {
      await note(ctx, `again ${this.round} ${this.hasJumped}`, 70);
      if (this.hasJumped) return undefined;
      this.hasJumped = true;
      return goTo('rows');
    }

    @Step() async close(ctx: StepContext) {
      await note(ctx, `close ${this.round}`, 10);
      this.round += 1;
      this.row = 0;
    }

    @Terminate() isDone() {
      return this.round === 3;
    }

    @OnComplete() async end(ctx: StepContext) {
      await note(ctx, 'end', 60);
      return this.round;
    }
  }

  return { Noting, runs };
}

describe('idempotencyKey', () => {
  it('idempotencyKey stands for one unit of work, whatever fails and wherever the execution is handed over or killed', async () => {
    const law = fc.asyncProperty(
      fc.array(fc.integer({ min: 1_100, max: 1_700 }), { minLength: 1, maxLength: 10 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 12 }),
      fc.array(fc.option(fc.integer({ min: 1, max: 600 }), { nil: undefined }), {
        minLength: 1,
        maxLength: 6,
      }),
      async (budgets, failures, kills) => {
        const world = virtualWorld();
        const { Noting, runs } = noting(world, new Set(failures));
        const { answer } = await runJob(Noting, {
          world,
          remainingMs: ({ invocation }) => budgets[invocation % budgets.length] ?? 1_500,
          killAfterMs: ({ invocation, receiveCount }) =>
            receiveCount > 1 ? undefined : kills[invocation % kills.length],
        });
        expect(answer).toMatchObject({ status: 'completed', result: 3 });
        const workByKey = new Map<string, Set<string>>();
        const keysByWork = new Map<string, Set<string>>();
        for (const { key, work } of runs) {
          workByKey.set(key, (workByKey.get(key) ?? new Set()).add(work));
          keysByWork.set(work, (keysByWork.get(work) ?? new Set()).add(key));
        }
        expect([...workByKey].filter(([, works]) => works.size > 1)).toEqual([]);
        // Rows end twice in the first round: once before the jump back, once after it.
        expect([...keysByWork].filter(([work, keys]) => keys.size > (work === 'rows end 0' ? 2 : 1))).toEqual(
          [],
        );
      },
    );
    await fc.assert(law, { numRuns: 40 });
  });

  it('idempotencyKey begins with the execution’s id, so that two executions never share one', async () => {
    const keysOf = async (awsRequestId: string) => {
      const world = virtualWorld();
      const { Noting, runs } = noting(world, new Set());
      await runJob(Noting, { world, awsRequestId });
      return runs.map(({ key }) => key);
    };
    const [one, other] = [await keysOf('one'), await keysOf('other')];
    expect(one[0]).toBe('one#0');
    expect(one.filter((key) => other.includes(key))).toEqual([]);
    expect(one.length).toBe(other.length);
  });

  it('idempotencyKey of @Terminate and of each hook is its own, the same when it is called again for the same reason', async () => {
    const law = fc.asyncProperty(
      fc.array(fc.integer({ min: 1_150, max: 1_500 }), { minLength: 1, maxLength: 6 }),
      fc.array(fc.option(fc.integer({ min: 1, max: 400 }), { nil: undefined }), {
        minLength: 1,
        maxLength: 6,
      }),
      fc.constantFrom('fails', 'completes'),
      async (budgets, kills, end) => {
        const world = virtualWorld();
        const { Telling, calls } = telling(world, end);
        await runJob(Telling, {
          world,
          remainingMs: ({ invocation }) => budgets[invocation % budgets.length] ?? 1_500,
          killAfterMs: ({ invocation, receiveCount }) =>
            receiveCount > 1 ? undefined : kills[invocation % kills.length],
        });
        const unitsByKey = new Map<string, Set<string>>();
        const keysByUnit = new Map<string, Set<string>>();
        for (const { key, unit } of calls) {
          unitsByKey.set(key, (unitsByKey.get(key) ?? new Set()).add(unit));
          keysByUnit.set(unit, (keysByUnit.get(unit) ?? new Set()).add(key));
        }
        expect([...unitsByKey].filter(([, units]) => units.size > 1)).toEqual([]);
        expect([...keysByUnit].filter(([, keys]) => keys.size > 1)).toEqual([]);
      },
    );
    await fc.assert(law, { numRuns: 40 });
  });
});

/** A job whose hooks tell somebody; each call with a name for what it is about. */
function telling(world: VirtualWorld, end: 'completes' | 'fails') {
  const calls: { key: string; unit: string }[] = [];
  const tell = ({ idempotencyKey: key, invocation }: StepContext, unit: string) =>
    calls.push({ key, unit: `${unit} (${invocation})` });

  @LongRunning({ ...times, limits: { maxIdleInvocations: 50, maxInterruptions: 50 } })
  class Telling {
    @State() row = 0;
    @OnStart() begin({ idempotencyKey: key }: StepContext) {
      calls.push({ key, unit: 'begin' });
    }
    @OnResume() resume(ctx: StepContext) {
      tell(ctx, `resume before row ${this.row}`);
    }
    @OnHandoff() handOff(ctx: StepContext) {
      tell(ctx, `hand off before row ${this.row}`);
    }
    @Step() async work({ idempotencyKey: key }: StepContext) {
      calls.push({ key, unit: `row ${this.row}` });
      await world.timer.sleep(90);
      if (end === 'fails' && this.row === 8) throw new TerminalError('no');
      this.row += 1;
    }
    @Terminate() isDone({ idempotencyKey: key }: StepContext) {
      calls.push({ key, unit: `is it done before row ${this.row}` });
      return this.row === 9;
    }
    @OnComplete() end({ idempotencyKey: key }: StepContext) {
      calls.push({ key, unit: 'end' });
    }
    @OnFailure() fail(_error: Error, { idempotencyKey: key }: StepContext) {
      calls.push({ key, unit: 'failure' });
    }
  }

  return { Telling, calls };
}

describe('keyFor', () => {
  it('keyFor gives each part of a unit of work a key, the same for every attempt, and another in the next unit', async () => {
    const keys: string[][] = [];

    @LongRunning(times)
    class Pays {
      @State() page = 0;
      @Step({ retry: { initialDelayMs: 1 } }) pay({ keyFor, attempt }: StepContext) {
        keys.push(['ada', 'bob'].map(keyFor));
        if (attempt === 1) throw new Error('no');
        this.page += 1;
      }
      @Terminate() isDone() {
        return this.page === 2;
      }
    }

    await runJob(Pays);
    expect(keys[0]).toEqual(keys[1]);
    expect(keys[2]).toEqual(keys[3]);
    expect(new Set(keys.flat()).size).toBe(4);
  });

  it('keyFor is refused for what tells no part from another, and the step is not tried again', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class Pays {
      @Step() pay({ keyFor }: StepContext) {
        keyFor(({} as { id: string }).id);
      }
      @Terminate() isDone() {
        return false;
      }
    }

    const { error } = await runJob(Pays, { world });
    expect(error).toMatchObject({ cause: { code: 'INVALID_KEY', details: { received: 'undefined' } } });
    expect(world.logger.find('step failed')).toHaveLength(1);
  });
});

describe('writeKey and writePartKey', () => {
  const units = ['cancel', 'closing', 'failure', 'handoff', 'resume', 'terminate', 'work'] as const;
  const anyUnit = fc.record({
    executionId: fc.oneof(
      fc.constantFrom('a', 'a#1', 'a#1.resume.2', 'a#cancel', 'a#1/b', '='),
      fc.string({ minLength: 1 }),
    ),
    safePointCount: fc.nat(3),
    invocation: fc.integer({ min: 1, max: 3 }),
    unit: fc.constantFrom(...units),
  });
  const anyPart = fc.oneof(
    fc.constantFrom('', '1', '#1', '/b', '=1', '%23', '\ud800', '\\ud800', '1.resume.1'),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(0, 1, -1, 1.5, 1e21),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((part) => (part === 0 ? 0 : part)),
  );
  const write = (
    { unit, ...execution }: typeof anyUnit extends fc.Arbitrary<infer Unit> ? Unit : never,
    part: number | string | undefined,
  ) => {
    const key = writeKey({ ...beginExecution(makePlan(), 'e', 0), ...execution }, unit);
    return part === undefined ? key : writePartKey(key, part);
  };
  /** What the unit is told by: an execution is cancelled once, a failure is of a safe point. */
  const identify = ({ executionId, safePointCount, invocation, unit }: Parameters<typeof write>[0]) => {
    if (unit === 'cancel') return [executionId, unit];
    return [
      executionId,
      unit,
      safePointCount,
      ...(['closing', 'handoff', 'resume'].includes(unit) ? [invocation] : []),
    ];
  };

  it('writeKey and writePartKey give no two units, and no two parts of units, one key', () => {
    const anyOne = fc.tuple(anyUnit, fc.option(anyPart, { nil: undefined }));
    const law = fc.property(anyOne, anyOne, ([unit, part], [otherUnit, otherPart]) => {
      const isSame = isDeepStrictEqual([identify(unit), part], [identify(otherUnit), otherPart]);
      expect(write(unit, part) === write(otherUnit, otherPart)).toBe(isSame);
    });
    fc.assert(law, { numRuns: 5_000 });
  });

  it('writeKey and writePartKey refuse every part that is neither a text nor a finite number', () => {
    for (const part of [
      undefined,
      null,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      1n,
      true,
      {},
      [],
      Symbol('part'),
    ]) {
      expect(() => writePartKey('e#0', part)).toThrow(InvalidKeyError);
    }
  });
});
