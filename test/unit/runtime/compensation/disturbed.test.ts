import {
  LongRunning,
  MemoryCheckpointStore,
  OBSERVERS,
  type Observer,
  OnFailure,
  type RuntimeEvent,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
} from '../../../../src';
import { JobTestEnvironment } from '../../../../src/testing';
import { countRuns } from '../../../helpers/how-often';

/** Two cycles of two steps that can be undone, the last of which fails; what each does is an effect. */
function environment({ isKilling = false, hasStore = true } = {}) {
  const told: RuntimeEvent[] = [];
  const observer: Observer = { on: (event) => told.push(event) };
  let env: JobTestEnvironment<object>;
  const calls: string[] = [];

  @LongRunning({ name: 'trip', safeMs: 10_000, intervalMs: 1_000 })
  class Trip {
    @State() n = 0;
    @Step({ compensate: 'release' }) async reserve(ctx: StepContext) {
      await env.effects.record(ctx.idempotencyKey, `reserve ${ctx.cycle}`);
    }
    @Step({ compensate: 'refund' }) async charge(ctx: StepContext) {
      this.n += 1;
      await env.effects.record(ctx.idempotencyKey, `charge ${ctx.cycle}`);
      if (this.n === 2) throw new TerminalError('no money');
    }
    async release(ctx: StepContext) {
      calls.push(`release ${ctx.undo?.cycle}`);
      await env.effects.record(ctx.idempotencyKey, `release ${ctx.undo?.cycle}`);
    }
    async refund(ctx: StepContext) {
      calls.push(`refund ${ctx.undo?.cycle}`);
      if (isKilling && ctx.undo?.cycle === 2) await env.timer.sleep(10_000_000);
      await env.effects.record(ctx.idempotencyKey, `refund ${ctx.undo?.cycle}`);
    }
    @Terminate() isDone() {
      return false;
    }
    @OnFailure() failed() {
      calls.push('failed');
    }
  }
  env = JobTestEnvironment.create<object>(Trip, {
    ...(hasStore && { store: () => new MemoryCheckpointStore() }),
    timeoutMs: 60_000,
    providers: [{ token: OBSERVERS, useValue: [observer] }],
  });
  return { env, calls, told };
}

const undone = ['refund 2', 'release 2', 'refund 1', 'release 1'];

describe('a compensation that is disturbed', () => {
  it('A compensation that is disturbed shows its effects and its calls in a run of the test kit', async () => {
    const { env } = environment();
    const run = await env.run();
    expect(run.outcome).toBe('failed');
    expect(run.effects.map(({ what }) => what).slice(-4)).toEqual(undone);
    expect(run.steps.map(({ name }) => name).slice(-4)).toEqual(['refund', 'release', 'refund', 'release']);
  });

  it('A compensation that is disturbed ends like the undisturbed one under every crash, duplicate and lost reply', async () => {
    const { env } = environment();
    const exploration = await env.explore({
      crashes: true,
      duplicates: true,
      lostReplies: true,
      maxRuns: countRuns(60),
    });
    expect(String(exploration)).toContain(' 0 deviations');
  }, 60_000);

  it('A compensation that is disturbed hands over after every step, and undoes each run once', async () => {
    const { env } = environment();
    const run = await env.run({ handOffAfterEveryStep: true });
    expect(run.effects.map(({ what }) => what).slice(-4)).toEqual(undone);
    expect(run.repeatedEffects).toEqual([]);
  });

  it.each([true, false])(
    'A compensation that is disturbed counts one that is cut off three times as one that failed, and undoes the others (store: %s)',
    async (hasStore) => {
      const { env, calls } = environment({ isKilling: true, hasStore });
      const run = await env.run();
      expect(run.outcome).toBe('failed');
      expect(calls).toEqual([
        'refund 2',
        'refund 2',
        'refund 2',
        'release 2',
        'refund 1',
        'release 1',
        'failed',
      ]);
    },
  );

  it('A compensation that is disturbed is told in events of the kind compensation', async () => {
    const { env, told } = environment();
    await env.run();
    const of = (type: string) =>
      told.flatMap((event) =>
        event.type === type && 'kind' in event ? [`${event.kind} ${event.step}`] : [],
      );
    expect(of('step.started').slice(-4)).toEqual([
      'compensation refund',
      'compensation release',
      'compensation refund',
      'compensation release',
    ]);
    expect(of('step.finished').slice(-4)).toEqual(of('step.started').slice(-4));
  });
});
