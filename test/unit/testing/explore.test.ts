import { complete, inject, LongRunning, State, Step, type StepContext, Terminate } from '../../../src';
import {
  batonMatchers,
  type EffectLedger,
  JobTestEnvironment,
  MemoryCheckpointStore,
} from '../../../src/testing';
import { planExploration } from '../../../src/testing/explore';
import { countRuns } from '../../helpers/how-often';
import { ChargeCustomers, type ChargeInput, LEDGER } from './charge-job';

expect.extend(batonMatchers);
const input = { customers: ['ada', 'bob'] };

function open<Job extends object>(
  jobClass: new (...dependencies: never[]) => Job,
  hasStore = true,
): JobTestEnvironment<Job> {
  const env: JobTestEnvironment<Job> = JobTestEnvironment.create(jobClass as new () => Job, {
    input: input as never,
    providers: [{ token: LEDGER, useFactory: () => env.effects }],
    ...(hasStore ? { store: () => new MemoryCheckpointStore() } : {}),
  });
  return env;
}

/** Charges under a key that is another one in every attempt. */
@LongRunning({ safeMs: 10_000, intervalMs: 1_000 })
class ChargesTwice {
  @State() n = 0;
  constructor(@inject(LEDGER) readonly ledger: EffectLedger) {}
  @Step() async charge(ctx: StepContext) {
    this.n += 1;
    await this.ledger.record(`${ctx.idempotencyKey} by ${env.timer.clock.now()}`, 'charge ada');
    return complete(this.n);
  }
  @Terminate() isDone() {
    return false;
  }
}
const env = open(ChargesTwice);

/** Charges all its customers under the key of its step. */
@LongRunning({ safeMs: 10_000, intervalMs: 1_000 })
class ChargesUnderOneKey {
  @State() isDone = false;
  constructor(@inject(LEDGER) readonly ledger: EffectLedger) {}
  @Step() async charge(ctx: StepContext<ChargeInput>) {
    for (const customer of ctx.input.customers)
      await this.ledger.record(ctx.idempotencyKey, `charge ${customer}`);
    this.isDone = true;
  }
  @Terminate() check() {
    return this.isDone;
  }
}

/** Charges one customer, and another one when it is called again. */
@LongRunning({ safeMs: 10_000, intervalMs: 1_000 })
class MixesUpAfterACrash {
  @State() isDone = false;
  constructor(@inject(LEDGER) readonly ledger: EffectLedger) {}
  @Step() async charge({ idempotencyKey }: StepContext) {
    const customer = this.ledger.records.length === 0 ? 'ada' : 'bob';
    await this.ledger.record(idempotencyKey, `charge ${customer}`);
    this.isDone = true;
  }
  @Terminate() check() {
    return this.isDone;
  }
}

describe('env.explore', () => {
  it('env.explore finds nothing in a job that keeps its state and uses idempotencyKey, whatever happens to it', async () => {
    const exploration = await open(ChargeCustomers).explore({ pairs: 15, seed: 3, maxRuns: countRuns(90) });
    expect(exploration).toHoldItsPromise();
    expect(exploration.runCount).toBeGreaterThan(100);
    expect(exploration.forks).toEqual([]);
  });

  it('env.explore reports an effect that a repetition would not merge, with the shortest schedule, which shows it again', async () => {
    const exploration = await env.explore({ crashes: true });
    expect(exploration.deviations.length).toBeGreaterThan(0);
    const [deviation] = exploration.deviations;
    expect(deviation).toMatchObject({
      kinds: ['effects'],
      differences: ['charge ada happened under 2 keys, not 1'],
    });
    const again = await env.run({ schedule: deviation?.schedule ?? '' });
    expect(again.repeatedEffects).toMatchObject([
      { what: 'charge ada', times: 2, isMergedByKey: false, isMergedByIdempotencyKey: true },
    ]);
    expect(() => expect(exploration).toHoldItsPromise()).toThrow(
      `replay: env.run({ schedule: '${deviation?.schedule}' })`,
    );
  });

  it('env.explore reports state that was forgotten, at the first hand-over that loses it', async () => {
    @LongRunning({ safeMs: 10_000, intervalMs: 1_000 })
    class Forgets {
      @State() step = 0;
      sum = 0;
      @Step() add() {
        this.step += 1;
        this.sum += 1;
        return this.step === 3 ? complete(this.sum) : undefined;
      }
      @Terminate() isDone() {
        return false;
      }
    }
    const exploration = await open(Forgets).explore({ crashes: true });
    expect(exploration.deviations[0]).toMatchObject({ kinds: ['result'] });
  });

  it('env.explore reports two different effects under one key: a receiver would take the second for a repetition of the first, and drop it', async () => {
    const exploration = await open(ChargesUnderOneKey).explore({ crashes: true });
    expect(exploration.baseline.outcome).toBe('completed');
    expect(exploration.deviations).toMatchObject([
      {
        schedule: '',
        faults: [],
        kinds: ['keys'],
        differences: [
          'charge ada and charge bob were recorded under one key, execution-1#0 (ctx.keyFor gives each a key of its own)',
        ],
      },
    ]);
    expect(String(exploration)).toContain('- undisturbed: charge ada and charge bob');
    expect(() => expect(exploration).toHoldItsPromise()).toThrow('under one key');
  });

  it('env.explore reports two different effects that share a key only in a disturbed run, with what disturbed it', async () => {
    const exploration = await open(MixesUpAfterACrash).explore({ crashes: true });
    expect(exploration.baseline.keyCollisions).toEqual([]);
    expect(exploration.deviations.map(({ kinds }) => kinds)).toContainEqual(expect.arrayContaining(['keys']));
    expect(exploration.deviations.every(({ schedule }) => schedule !== '')).toBe(true);
  });

  it('env.explore says that a job forks without a store, once, instead of listing every fork', async () => {
    const exploration = await open(ChargeCustomers, false).explore({ duplicates: true });
    expect(exploration.deviations).toEqual([]);
    expect(exploration.forks.length).toBeGreaterThan(0);
    expect(String(exploration)).toContain(
      `${exploration.forks.length} runs forked, as they may without a checkpoint store`,
    );
  });

  it('env.explore disturbs only as it is asked to', async () => {
    const explored = open(ChargeCustomers);
    const only = await explored.explore({ lostReplies: true });
    const { boundaries } = await explored.run();
    expect(only.runCount).toBe(
      boundaries.filter(({ kind }) => ['effect', 'load', 'save', 'send'].includes(kind)).length,
    );
    expect((await explored.explore({ maxRuns: 5 })).runCount).toBe(5);
  });

  it('env.explore looks for no pair where there is one boundary only', () => {
    const { schedules } = planExploration([{ number: 1, kind: 'save', label: 'claim' }], {
      crashes: true,
      pairs: 3,
    });
    expect(schedules).toEqual([new Map([[1, 'crash']]), new Map([[1, 'crash-after']])]);
  });

  it('env.explore refuses a schedule that is none', async () => {
    await expect(open(ChargeCustomers).run({ schedule: 'crush@3' })).rejects.toMatchObject({
      code: 'TEST_KIT',
    });
  });
});

describe('env.effects', () => {
  it('env.effects says which different effects were recorded under one key, and the run says it too', async () => {
    const env = open(ChargesUnderOneKey);
    const run = await env.run();
    expect(run.keyCollisions).toEqual([
      { key: 'execution-1#0', whats: ['charge ada', 'charge bob'], steps: ['charge'] },
    ]);
    expect(env.effects.listKeyCollisions()).toEqual(run.keyCollisions);
    expect(String(run)).toContain('one key, execution-1#0: charge ada, charge bob');
    expect(() => expect(run).toHoldItsPromise()).toThrow(
      'charge ada and charge bob were recorded under one key, execution-1#0',
    );
  });

  it('env.effects takes the same effect under its key again for the repetition that it is', async () => {
    const env = open(ChargeCustomers);
    const run = await env.run({ deliverEverythingTwice: true });
    expect(run.keyCollisions).toEqual([]);
    expect(String(run)).not.toContain('one key');
    expect(run).toHoldItsPromise();
  });

  it('env.effects holds against a run that an effect was repeated in it under another key', async () => {
    const { deviations } = await env.explore({ crashes: true });
    const run = await env.run({ schedule: deviations[0]?.schedule ?? '' });
    expect(() => expect(run).toHoldItsPromise()).toThrow('charge ada happened under 2 keys');
  });
});
