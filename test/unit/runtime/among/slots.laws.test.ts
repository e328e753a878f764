import {
  LongRunning,
  MemoryCheckpointStore,
  OnCancel,
  State,
  Step,
  type StepContext,
  type StoredExecution,
  TerminalError,
  Terminate,
  wait,
} from '../../../../src';
import { NodePlatform } from '../../../../src/runtime/adapters/node/node-platform';
import { parseRecord } from '../../../../src/runtime/core/record/execution-record';
import { readSlots, type Slots } from '../../../../src/runtime/core/record/slots';
import { JobTestEnvironment, type JobTestOptions, SeededRandom } from '../../../../src/testing';
import { faultsAt } from '../../../../src/testing/boundaries';
import { countRuns } from '../../../helpers/how-often';

const { checksum } = new NodePlatform();
const isSlots = (id: string) => id.startsWith('lambda-baton:slots:');

/** A store that looks at every change of the slots. */
class WatchedStore extends MemoryCheckpointStore {
  readonly wrongs: string[] = [];
  readonly ids = new Set<string>();
  readonly begun = new Set<string>();
  readonly #slots = new Map<string, Slots>();
  limit = 1;

  override async save(execution: StoredExecution, expected: string | undefined) {
    const { executionId } = execution;
    const revision = await super.save(execution, expected);
    if (revision === undefined) return undefined;
    if (isSlots(executionId)) this.#look(executionId, readSlots(execution, checksum));
    else if (!executionId.startsWith('lambda-baton:')) this.ids.add(executionId);
    return revision;
  }

  #look(id: string, slots: Slots): void {
    const before = this.#slots.get(id) ?? { limit: 0, holders: [], queue: [] };
    this.#slots.set(id, slots);
    if (slots.holders.length > slots.limit) this.wrongs.push(`${slots.holders.length} holders`);
    const ids = [...slots.holders, ...slots.queue].map((entry) => entry.id);
    if (new Set(ids).size < ids.length) this.wrongs.push(`twice in ${ids.join(' ')}`);
    const holders = new Set(slots.holders.map((entry) => entry.id));
    const waiting = new Set(slots.queue.map((entry) => entry.id));
    for (const [index, { id: called }] of before.queue.entries()) {
      if (!holders.has(called)) continue;
      const passed = before.queue.slice(0, index).filter((entry) => waiting.has(entry.id));
      if (passed.length > 0) this.wrongs.push(`${called} has overtaken ${passed[0]?.id}`);
    }
  }

  async status(id: string): Promise<string | undefined> {
    const stored = await this.load(id);
    return stored && (parseRecord(stored.head, checksum).outcome?.status ?? stored.status);
  }

  /** Called by a step: says whether more have begun and not ended than may. */
  async work(id: string): Promise<void> {
    this.begun.add(id);
    const statuses = await Promise.all([...this.begun].map((one) => this.status(one)));
    const live = statuses.filter((status) => status === 'running' || status === 'waiting');
    if (live.length > this.limit) this.wrongs.push(`${live.length} live executions`);
  }

  get left(): Slots[] {
    return [...this.#slots.values()].filter(({ holders, queue }) => holders.length + queue.length > 0);
  }
}

/** A world of executions of one job: what they sleep for, how they end, and when each begins. */
function makeWorld(limit: number, count: number, whenBusy: 'cancel-running' | 'queue' | 'skip' = 'queue') {
  let store = new WatchedStore();

  @LongRunning({ safeMs: 5_000, intervalMs: 500, name: 'tidy', concurrency: { limit, whenBusy } })
  class Tidy {
    @State() count = 0;
    @Step({ retry: { maxAttempts: 1 } }) async work(ctx: StepContext<{ fails?: boolean }>) {
      await store.work(ctx.executionId);
      this.count += 1;
      if (ctx.input.fails) throw new TerminalError('no');
      return wait({ seconds: this.count === 1 ? 3 : 90 });
    }
    @OnCancel() gone() {}
    @Terminate() isDone() {
      return this.count === 2;
    }
  }

  const options: JobTestOptions<Tidy> = {
    timeoutMs: 60_000,
    store: () => {
      store = new WatchedStore();
      store.limit = limit;
      return store;
    },
  };
  const env = JobTestEnvironment.create(Tidy, options);
  for (let index = 1; index < count; index += 1)
    env.startAnother(index === 2 ? { fails: true } : {}, { afterMs: index * 700 });
  return { env, readStore: () => store, count };
}

type World = ReturnType<typeof makeWorld>;

/** What is wrong after a run; nothing when all is well. */
async function findWrongs({ env, readStore, count }: World, schedule: string): Promise<string[]> {
  const run = await env.run({ schedule });
  const store = readStore();
  const wrongs = [...store.wrongs];
  const statuses = await Promise.all([...store.ids].map(async (id) => [id, await store.status(id)] as const));
  for (const [id, status] of statuses)
    if (status === 'running' || status === 'waiting') wrongs.push(`${id} is ${status}`);
  if (store.ids.size !== count) wrongs.push(`${store.ids.size} executions`);
  if (store.left.length > 0) wrongs.push(`left: ${JSON.stringify(store.left)}`);
  return wrongs.map((wrong) => `${schedule}: ${wrong} ${run.deadLetters.length}`);
}

/** So many of the runs that are possible are made, spread over all of them, and as many with two faults. */
const runCount = countRuns(15);

async function disturb(world: World): Promise<string[]> {
  const { boundaries } = await world.env.run();
  const wrongs = await findWrongs(world, '');
  const singles = boundaries.flatMap(({ number, kind }) =>
    faultsAt[kind].map((fault) => `${fault}@${number}`),
  );
  const random = new SeededRandom(7);
  const draw = () => singles[Math.floor(random.next() * singles.length)];
  const schedules = Array.from({ length: runCount }, (_, index) => [
    singles[Math.floor((index * singles.length) / runCount)],
    `${draw()} ${draw()}`,
  ]);
  for (const schedule of schedules.flat()) wrongs.push(...(await findWrongs(world, schedule ?? '')));
  return wrongs;
}

describe('slots', () => {
  it.each([
    [1, 4, 'queue'],
    [2, 5, 'queue'],
    [1, 4, 'skip'],
    [1, 4, 'cancel-running'],
    [2, 5, 'cancel-running'],
  ] as const)(
    'Slots are never more than %i of %i executions when busy is %s, and nobody is stuck or overtaken, whatever happens at any boundary',
    async (limit, count, whenBusy) => {
      expect(await disturb(makeWorld(limit, count, whenBusy))).toEqual([]);
    },
    300_000,
  );
});
