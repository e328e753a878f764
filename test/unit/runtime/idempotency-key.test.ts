import fc from 'fast-check';
import { goTo, LongRunning, OnComplete, OnStart, State, Step, type StepContext, Terminate } from '../../../src';
import { runJob } from '../../helpers/run-job';
import { type VirtualWorld, virtualWorld } from '../../helpers/virtual-world';

/** Many executions, and a machine that may be busy. */
jest.setTimeout(60_000);

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
  it('stands for one unit of work, whatever fails and wherever the execution is handed over or killed', async () => {
    const law = fc.asyncProperty(
      fc.array(fc.integer({ min: 1_100, max: 1_700 }), { minLength: 1, maxLength: 10 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 12 }),
      fc.array(fc.option(fc.integer({ min: 1, max: 600 }), { nil: undefined }), { minLength: 1, maxLength: 6 }),
      async (budgets, failures, kills) => {
        const world = virtualWorld();
        const { Noting, runs } = noting(world, new Set(failures));
        const { answer } = await runJob(Noting, {
          world,
          remainingMs: ({ invocation }) => budgets[invocation % budgets.length] ?? 1_500,
          killAfterMs: ({ invocation, receiveCount }) => (receiveCount > 1 ? undefined : kills[invocation % kills.length]),
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
        expect([...keysByWork].filter(([work, keys]) => keys.size > (work === 'rows end 0' ? 2 : 1))).toEqual([]);
      },
    );
    await fc.assert(law, { numRuns: 40 });
  });

  it('begins with the execution’s id, so that two executions never share one', async () => {
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
});
