import { BatonClient, type CheckpointStore, CONTINUATION_SENDERS, type StoredRevision } from '../../../src';
import { NodePlatform } from '../../../src/runtime/adapters/node/node-platform';
import { parseRecord } from '../../../src/runtime/core/record/execution-record';
import {
  type JobRunOptions,
  JobTestEnvironment,
  MemoryCheckpointStore,
  SeededRandom,
} from '../../../src/testing';
import { countInterruptions } from '../check-run';
import { drawSchedule, type OpenStore, type RunResult } from '../run-seed';
import { type AmongState, buildJobs, type Outside } from './build-jobs';
import { checkAmong } from './check-among';
import { predictAmong } from './predict';
import { type AmongProgram, drawAmong } from './program';
import { drawThrottles, type Throttle, Throttling } from './throttle';

const { checksum } = new NodePlatform();

const quietModes: readonly JobRunOptions<object>[] = [
  {},
  { handOffAfterEveryStep: true },
  { deliverEverythingTwice: true },
  { sqsOnly: true },
];
const faultyModes: readonly JobRunOptions<object>[] = [
  {},
  {},
  { handOffAfterEveryStep: true },
  { sqsOnly: true },
];

interface Options extends JobRunOptions<object> {
  readonly throttles?: readonly Throttle[];
}

/** A run, and how many calls of it were refused. */
export interface AmongResult extends RunResult {
  readonly refusedCount: number;
}

/** Runs the program of a seed undisturbed, twice with faults, and twice throttled, and holds each run against the prediction. */
export async function runAmong(
  seed: number,
  openStore: OpenStore = () => new MemoryCheckpointStore(),
): Promise<readonly AmongResult[]> {
  const program = drawAmong(seed);
  const random = new SeededRandom(seed ^ 0x5eed);
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random.next() * items.length)] as Item;
  const quiet = await play(program, openStore, pick(quietModes));
  const decisions = [quiet];
  for (let count = 0; count < 2; count += 1) {
    const schedule = drawSchedule(random, quiet.boundaryCount);
    decisions.push(await play(program, openStore, { ...pick(faultyModes), schedule, seed: seed + count }));
  }
  for (const longCount of [0, 1]) {
    // A long throttle may cost a delivery an attempt: then nothing else may.
    const schedule = longCount === 0 ? drawSchedule(random, quiet.boundaryCount) : '';
    const throttles = drawThrottles(random, quiet.boundaryCount, longCount);
    decisions.push(await play(program, openStore, { ...pick(faultyModes), schedule, throttles, seed }));
  }
  return decisions;
}

async function play(
  program: AmongProgram,
  openStore: OpenStore,
  { throttles = [], ...options }: Options,
): Promise<AmongResult & { readonly boundaryCount: number }> {
  const store: CheckpointStore = openStore();
  const throttling = new Throttling(throttles, new SeededRandom(program.seed), () => env.clock.now());
  const begun = new Set<string>();
  const crowds: string[] = [];
  // The request is in the record; whoever waits is woken through the function.
  const client = new BatonClient({
    store,
    functionName: 'among',
    client: { send: async () => env.signal('poke') },
  });
  const outside: Outside = {
    record: (key, what) => env.effects.record(key, what).catch(forgiveLostReply),
    cancel: async (executionId) => {
      await client.cancel(executionId);
    },
    enter: async (executionId) => {
      // Children of children need no slot.
      if (program.slots === undefined || executionId.split('/').length > 3) return;
      begun.add(executionId);
      const live = await Promise.all([...begun].map(async (id) => hasEnded(await store.load(id))));
      const count = live.filter((isOver) => !isOver).length;
      if (count > program.slots) crowds.push(`${count} children in ${program.slots} slots`);
    },
  };
  const { Parent, Child } = buildJobs(program, outside);
  const env: JobTestEnvironment<AmongState> = JobTestEnvironment.create<AmongState>(Parent, {
    otherJobs: [Child],
    timeoutMs: 60_000,
    maxDeliveries: 5_000,
    store: throttling.limit(store),
    providers: [{ token: CONTINUATION_SENDERS, useFactory: () => throttling.openChannels() }],
  });
  for (const { name, signalId, atMs } of program.signals)
    for (const afterMs of atMs) env.signal(name, signalId, { signalId, afterMs });
  const run = await env.run(options);
  return {
    seed: program.seed,
    mode: JSON.stringify({ ...options, ...(throttles.length > 0 && { throttles }) }),
    faults: [
      ...checkAmong(program, predictAmong(program), run as typeof run & { readonly state: AmongState }),
      ...crowds,
    ],
    invocationCount: run.invocations.length,
    interruptionCount: countInterruptions(run),
    boundaryCount: run.boundaries.length,
    refusedCount: throttling.refusedCount,
  };
}

function hasEnded(stored: StoredRevision | undefined): boolean {
  return stored !== undefined && parseRecord(stored.head, checksum).outcome !== null;
}

/** The effect has happened: the job goes on. */
function forgiveLostReply(error: { readonly code?: string }): void {
  if (error.code !== 'ECONNRESET') throw error;
}
