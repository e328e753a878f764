import { BatonClient, type CheckpointStore } from '../../src';
import {
  type JobRunOptions,
  JobTestEnvironment,
  MemoryCheckpointStore,
  SeededRandom,
} from '../../src/testing';
import { buildJob, type Outside, safeMs } from './build-job';
import { countInterruptions, decideOutcome } from './check-run';
import { drawProgram } from './draw-program';
import type { Fields } from './fields';
import { type Prediction, predict } from './predict';
import type { Program } from './program';

/** One run of a program, and what was not as predicted. */
export interface RunResult {
  readonly seed: number;
  /** How it was run. */
  readonly mode: string;
  readonly faults: readonly string[];
  readonly invocationCount: number;
  readonly interruptionCount: number;
}

/** Makes the store of a run. */
export type OpenStore = () => CheckpointStore;

interface Mode extends JobRunOptions<Fields> {
  readonly hasStore: boolean;
}

const quietModes: readonly Mode[] = [{ hasStore: false }, { hasStore: true }];

/** Nothing dies in these, but hardly anything stays in one invocation. */
const hostileModes: readonly Mode[] = [
  { hasStore: false, handOffAfterEveryStep: true },
  { hasStore: false, sqsOnly: true, coldStartEveryInvocation: true },
  { hasStore: true, handOffAfterEveryStep: true },
  { hasStore: true, deliverEverythingTwice: true },
  { hasStore: true, sqsOnly: true, handOffAfterEveryStep: true },
];

/** These meet faults at random boundaries. */
const faultyModes: readonly Mode[] = [
  { hasStore: true },
  { hasStore: true, handOffAfterEveryStep: true },
  { hasStore: true, sqsOnly: true },
  { hasStore: true, deliverEverythingTwice: true },
  { hasStore: true, deliverEverythingTwice: true, sqsOnly: true, handOffAfterEveryStep: true },
];

/** Lambda gives a delivery three attempts: with more deaths than two an execution may rightly be lost. */
const deadly = ['crash', 'crash-after', 'timeout'];
const maxDeaths = 2;
const harmless = ['duplicate', 'lost-reply'];
const maxHarmless = 3;

/** Runs the program of a seed undisturbed, in a hostile mode, and twice with faults, and holds each run against the prediction. */
export async function runSeed(
  seed: number,
  openStore: OpenStore = () => new MemoryCheckpointStore(),
): Promise<readonly RunResult[]> {
  const program = drawProgram(seed);
  const prediction = predict(program);
  const random = new SeededRandom(seed ^ 0x5eed);
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random.next() * items.length)] as Item;
  const world = new SeedWorld(program, prediction, openStore);
  const quiet = await world.run(pick(quietModes));
  const decisions = [quiet, await world.run(pick(hostileModes))];
  for (let count = 0; count < 2; count += 1) {
    const mode = pick(faultyModes);
    const boundaryCount = mode.hasStore && quiet.hasStore ? quiet.boundaryCount : quiet.boundaryCount * 2;
    decisions.push(
      await world.run({ ...mode, schedule: drawSchedule(random, boundaryCount), seed: seed + count }),
    );
  }
  return decisions;
}

export function drawSchedule(random: SeededRandom, boundaryCount: number): string {
  const faults: string[] = [];
  const strike = (kinds: readonly string[]) => {
    const number = 1 + Math.floor(random.next() * (boundaryCount + 5));
    faults.push(`${kinds[Math.floor(random.next() * kinds.length)]}@${number}`);
  };
  for (let count = Math.floor(random.next() * (maxDeaths + 1)); count > 0; count -= 1) strike(deadly);
  for (let count = Math.floor(random.next() * (maxHarmless + 1)); count > 0; count -= 1) strike(harmless);
  return faults.join(' ');
}

class SeedWorld {
  readonly #program: Program;
  readonly #prediction: Prediction;
  readonly #openStore: OpenStore;

  constructor(program: Program, prediction: Prediction, openStore: OpenStore) {
    this.#program = program;
    this.#prediction = prediction;
    this.#openStore = openStore;
  }

  async run({
    hasStore,
    ...options
  }: Mode): Promise<RunResult & { readonly hasStore: boolean; readonly boundaryCount: number }> {
    const store = this.#openStore();
    const outside: Outside = {
      record: (key, what) => env.effects.record(key, what).catch(forgiveLostReply),
      sleep: (ms) => env.timer.sleep(ms),
    };
    const env: JobTestEnvironment<Fields> = JobTestEnvironment.create(buildJob(this.#program, outside), {
      timeoutMs: 6 * safeMs,
      maxDeliveries: 2_000,
      ...(hasStore ? { store } : {}),
    });
    const run = await env.run(options);
    const result =
      hasStore && run.outcome === 'completed' ? await readResult(store, run.executionId) : run.result;
    const isReadable = hasStore || options.sqsOnly !== true;
    const expected = isReadable
      ? this.#prediction
      : { ...this.#prediction, result: run.result as string | undefined };
    return {
      seed: this.#program.seed,
      mode: JSON.stringify({ hasStore, ...options }),
      faults: decideOutcome(expected, { run, result, isKept: hasStore }),
      invocationCount: run.invocations.length,
      interruptionCount: countInterruptions(run),
      hasStore,
      boundaryCount: run.boundaries.length,
    };
  }
}

/** The effect has happened: the job goes on. */
function forgiveLostReply(error: { readonly code?: string }): void {
  if (error.code !== 'ECONNRESET') throw error;
}

async function readResult(store: CheckpointStore, executionId: string): Promise<unknown> {
  const client = new BatonClient({ store, functionName: 'random' });
  return (await client.result(executionId)).result;
}
