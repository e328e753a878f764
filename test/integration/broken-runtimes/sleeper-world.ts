import {
  BatonClient,
  CHECKPOINT_STORE,
  type CheckpointStore,
  createHandler,
  type ListedExecutions,
  MemoryCheckpointStore,
  type StoredExecution,
  type StoredRevision,
} from '../../../src';
import { fakeLambdaContext, RecordingSender } from '../../../src/testing';
import { virtualWorld } from '../../helpers/virtual-world';

const start = { lambdaBaton: { v: 1, start: { executionId: 's', input: {} } } };

/** One function with its store on virtual time: what is sent is delivered when it is due, and once unless a scenario does it again. */
export class SleeperWorld {
  /** Called before the function writes a record. */
  beforeSave: (entry: StoredExecution) => unknown = () => {};
  /** Called after the function has read a record. */
  afterLoad: (executionId: string, stored: StoredRevision | undefined) => unknown = () => {};
  /** What user code has done, in order. */
  readonly notes: string[] = [];
  readonly #records = new MemoryCheckpointStore();
  readonly #world;
  readonly #handler;
  readonly #client;
  readonly #pending = new Set<unknown>();
  #isDead = false;
  #deliveryCount = 0;
  /** What a list shows: it lags one delivery behind. */
  #listed: readonly ListedExecutions[] = [[], []];

  constructor(makeJob: (world: SleeperWorld) => Parameters<typeof createHandler>[0]) {
    const sender = new RecordingSender({ channel: 'sqs', before: () => this.#live() });
    sender.onSent = ({ body, delaySeconds = 0 }) => this.#post(JSON.parse(body), delaySeconds * 1_000);
    this.#world = virtualWorld({ senders: [sender] });
    const providers = [...this.#world.providers, { token: CHECKPOINT_STORE, useValue: this.#openStore() }];
    this.#handler = createHandler(makeJob(this), { providers });
    const lambda = {
      send: async ({ input }: { input: { Payload: string } }) => this.#post(JSON.parse(input.Payload), 0),
    };
    this.#client = new BatonClient({ store: this.#records, client: lambda, clock: this.#world.clock });
  }

  /** Starts the execution, and delivers whatever follows from it, until nothing is left. */
  async run(): Promise<void> {
    this.#post(start, 0, 'start');
    await this.settle();
  }

  /** Lets time pass until something has come to its end. */
  drive<Value>(promise: Promise<Value>): Promise<Value | undefined> {
    return this.#world.timer.drive(promise);
  }

  /** AWS delivers the start once more. */
  async repeatStart(): Promise<void> {
    await this.#deliver(start, 'start');
  }

  signal(name: string): Promise<unknown> {
    return this.#client.signal({ executionId: 's', name });
  }

  /** Waits until every message has been delivered and handled. */
  async settle(): Promise<void> {
    await this.#world.timer.drive(this.#drain());
  }

  /** The process that runs now is no more: nothing of it reaches anybody. */
  die(): never {
    this.#isDead = true;
    throw new Error('the process has died');
  }

  /** Takes time, in milliseconds. */
  pause(ms: number): Promise<void> {
    return this.#world.timer.sleep(ms);
  }

  async readStatus(): Promise<unknown> {
    return (await this.#client.status('s'))?.status;
  }

  async #drain(): Promise<void> {
    while (this.#pending.size > 0) await Promise.race(this.#pending);
  }

  #post(event: unknown, delayMs: number, id?: string): void {
    const delivered = new Promise<void>((resolve) => {
      this.#world.timer.once(delayMs + 1, () => void this.#deliver(event, id).finally(resolve));
    });
    this.#pending.add(delivered);
    void delivered.then(() => this.#pending.delete(delivered));
  }

  async #deliver(event: unknown, id?: string): Promise<void> {
    this.#deliveryCount += 1;
    this.#listed = [...this.#listed.slice(1), await this.#records.list({ limit: 1_000 })];
    const awsRequestId = id ?? `request-${this.#deliveryCount}`;
    const context = fakeLambdaContext({ clock: this.#world.clock, awsRequestId });
    await this.#handler(event, context).catch(() => {});
    this.#isDead = false;
  }

  #live(): void {
    if (this.#isDead) throw new Error('the process has died');
  }

  #openStore(): CheckpointStore {
    return {
      load: async (executionId) => {
        this.#live();
        const stored = await this.#records.load(executionId);
        await this.afterLoad(executionId, stored);
        return stored;
      },
      save: async (entry, expected) => {
        this.#live();
        await this.beforeSave(entry);
        this.#live();
        return this.#records.save(entry, expected);
      },
      list: async () => this.#listed[0] ?? [],
    };
  }
}
