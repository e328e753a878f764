import fc from 'fast-check';
import {
  type JobRun,
  type JobRunOptions,
  JobTestEnvironment,
  MemoryCheckpointStore,
  RecordingSender,
} from '../../../src/testing';
import { countRuns } from '../../helpers/how-often';
import { runJob } from '../../helpers/run-job';
import { type JobTime, sharedJobs, uneasyJobs } from '../../helpers/shared-jobs';
import { type VirtualWorld, virtualWorld } from '../../helpers/virtual-world';

/** A short wait may begin at the very end of an invocation, so there has to be a queue. */
function withQueue(): VirtualWorld {
  return virtualWorld({
    senders: [new RecordingSender(), new RecordingSender({ channel: 'queue', maxDelaySeconds: 900 })],
  });
}

describe.each(Object.entries(sharedJobs))('a job with %s', (_title, build) => {
  const run = async (
    budgets: readonly number[],
    options: Partial<Parameters<typeof runJob>[1]> = {},
    world = withQueue(),
  ) => {
    const { answer, answers, error } = await runJob(build(world), {
      world,
      maxDeliveries: 5_000,
      remainingMs: ({ invocation }) => 1_000 + (budgets[invocation % budgets.length] ?? 1),
      ...options,
    });
    if (error) throw error;
    return { result: answer?.result, invocations: answers.length };
  };

  it('A job ends the same when it is handed over after every step', async () => {
    const undisturbed = await run([60_000]);
    const disturbed = await run([1]);
    expect(undisturbed.invocations).toBe(1);
    expect(disturbed.invocations).toBeGreaterThan(8);
    expect(disturbed.result).toEqual(undisturbed.result);
  });

  it('A job ends the same wherever it is handed over', async () => {
    const { result } = await run([60_000]);
    const law = fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 }),
      async (budgets) => {
        expect((await run(budgets)).result).toEqual(result);
      },
    );
    await fc.assert(law, { numRuns: countRuns(8) });
  });

  it('A job ends the same when any invocation dies, in the middle or at its very end', async () => {
    const { result } = await run([60_000]);
    const maybe = fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined });
    const law = fc.asyncProperty(
      fc.array(maybe, { minLength: 1, maxLength: 8 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
      async (kills, crashes) => {
        const once = await run([90, 30], {
          killAfterMs: ({ invocation, receiveCount }) =>
            receiveCount > 2 ? undefined : kills[(invocation + receiveCount) % kills.length],
          crash: ({ invocation, receiveCount }) =>
            receiveCount < 3 && crashes[invocation % crashes.length] === true,
        });
        expect(once.result).toEqual(result);
      },
    );
    await fc.assert(law, { numRuns: countRuns(6) });
  });

  it('A job ends the same by a queue alone', async () => {
    const { result } = await run([60_000]);
    const world = virtualWorld({ senders: [new RecordingSender({ channel: 'sqs' })] });
    expect((await run([25, 1, 70], {}, world)).result).toEqual(result);
  });
});

/** By what a title says of it: how every job is run once more. `hasStore` undefined: with one and without. */
const hostileConfigurations: Readonly<Record<string, JobRunOptions & { readonly hasStore?: boolean }>> = {
  'nothing to keep it in': { hasStore: false },
  'a store': { hasStore: true },
  'a hand-over after every step': { handOffAfterEveryStep: true },
  'the queue alone': { sqsOnly: true },
  'a cold start for every invocation, after every step': {
    coldStartEveryInvocation: true,
    handOffAfterEveryStep: true,
  },
  'everything delivered twice, and a store': { deliverEverythingTwice: true, hasStore: true },
  'everything delivered twice by the queue alone, and a store': {
    deliverEverythingTwice: true,
    sqsOnly: true,
    hasStore: true,
  },
  'all of this at once, and a store': {
    handOffAfterEveryStep: true,
    sqsOnly: true,
    deliverEverythingTwice: true,
    coldStartEveryInvocation: true,
    hasStore: true,
  },
};

describe.each(Object.entries({ ...sharedJobs, ...uneasyJobs }))('a job with %s, with', (_title, build) => {
  const run = async ({ hasStore, ...options }: JobRunOptions & { readonly hasStore: boolean }) => {
    const time: JobTime = {
      get clock() {
        return env.clock;
      },
      get timer() {
        return env.timer;
      },
    };
    const env: JobTestEnvironment<object> = JobTestEnvironment.create(
      build(time),
      hasStore ? { store: new MemoryCheckpointStore() } : {},
    );
    return env.run(options);
  };
  const describeEnd = ({ outcome, result, state, error }: JobRun) => {
    const cause = (
      error as { readonly cause?: { readonly name: string; readonly message: string } } | undefined
    )?.cause;
    return { outcome, result, state, error: cause && `${cause.name}: ${cause.message}` };
  };
  const cases = Object.entries(hostileConfigurations).flatMap(([title, { hasStore, ...options }]) =>
    hasStore === undefined
      ? [
          [`${title}, without a store`, { ...options, hasStore: false }] as const,
          [`${title}, and a store`, { ...options, hasStore: true }] as const,
        ]
      : [[title, { ...options, hasStore }] as const],
  );

  it.each(cases)('A job with %s ends as in the quiet run', async (_configuration, options) => {
    const quiet = await run({ hasStore: false });
    const disturbed = await run(options);
    expect(describeEnd(disturbed)).toEqual(describeEnd(quiet));
    expect(disturbed.endingCount).toBe(1);
    if (options.handOffAfterEveryStep)
      expect(disturbed.invocations.length).toBeGreaterThan(quiet.invocations.length);
    if (options.deliverEverythingTwice)
      expect(
        disturbed.invocations.some(
          ({ end }) => end !== 'handed-off' && end !== 'waiting' && end !== quiet.outcome,
        ),
      ).toBe(true);
  });
});
