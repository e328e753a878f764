import type {
  CheckpointStore,
  ContinuationSender,
  ListedExecutions,
  ListQuery,
  SaveHint,
  StoredExecution,
  StoredRevision,
} from '../../../src';
import { FaultySender, type SeededRandom } from '../../../src/testing';

/** For a while, beginning with a call at a store or a channel, such calls are refused. */
export interface Throttle {
  /** The call that it begins with, from 1. */
  readonly call: number;
  readonly what: 'all' | 'channels' | 'store';
  /** In virtual milliseconds. */
  readonly durationMs: number;
  /** How many of 100 calls are refused. */
  readonly share: number;
}

/** So long a store may be out of reach without costing a delivery one of its attempts. */
const shortMs = 25_000;
/** So long it costs a delivery one attempt at most: Lambda's next one comes a minute after the first has given up. */
const longMs = 95_000;

/** Draws throttles for a run with so many calls; so many of them are long. */
export function drawThrottles(
  random: SeededRandom,
  callCount: number,
  longCount: number,
): readonly Throttle[] {
  const upTo = (most: number) => 1 + Math.floor(random.next() * most);
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random.next() * items.length)] as Item;
  return Array.from({ length: longCount + upTo(2) }, (_, index) => ({
    call: upTo(callCount),
    what: pick(['all', 'channels', 'store']),
    durationMs: upTo(index < longCount ? longMs : shortMs),
    share: pick([50, 90, 100]),
  }));
}

/** What throttles do to the stores and channels of a run. */
export class Throttling {
  #callCount = 0;
  #refusedCount = 0;
  readonly #untilMs = new Map<Throttle, number>();
  readonly #throttles: readonly Throttle[];
  readonly #random: SeededRandom;
  readonly #now: () => number;

  constructor(throttles: readonly Throttle[], random: SeededRandom, now: () => number) {
    this.#throttles = throttles;
    this.#random = random;
    this.#now = now;
  }

  /** Calls that were refused. */
  get refusedCount(): number {
    return this.#refusedCount;
  }

  limit(store: CheckpointStore): CheckpointStore {
    return new ThrottledStore(store, () => this.#isRefused('store'));
  }

  openChannels(): readonly ContinuationSender[] {
    return ['lambda', 'sqs'].map(
      (channel) =>
        new FaultySender({ channel, fault: () => (this.#isRefused('channels') ? 'retry' : 'none') }),
    );
  }

  #isRefused(what: Throttle['what']): boolean {
    this.#callCount += 1;
    const nowMs = this.#now();
    for (const throttle of this.#throttles)
      if (throttle.call === this.#callCount) this.#untilMs.set(throttle, nowMs + throttle.durationMs);
    const isRefused = this.#throttles.some(
      (throttle) =>
        (throttle.what === 'all' || throttle.what === what) &&
        nowMs < (this.#untilMs.get(throttle) ?? 0) &&
        this.#random.next() * 100 < throttle.share,
    );
    if (isRefused) this.#refusedCount += 1;
    return isRefused;
  }
}

class ThrottledStore implements CheckpointStore {
  readonly #store: CheckpointStore;
  readonly #isRefused: () => boolean;

  constructor(store: CheckpointStore, isRefused: () => boolean) {
    this.#store = store;
    this.#isRefused = isRefused;
  }

  async load(executionId: string): Promise<StoredRevision | undefined> {
    this.#pass();
    return this.#store.load(executionId);
  }

  async save(
    execution: StoredExecution,
    expected: string | undefined,
    hint?: SaveHint,
  ): Promise<string | undefined> {
    this.#pass();
    return this.#store.save(execution, expected, hint);
  }

  async list(query: ListQuery): Promise<ListedExecutions> {
    this.#pass();
    return this.#store.list(query);
  }

  #pass(): void {
    if (this.#isRefused()) throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
  }
}
