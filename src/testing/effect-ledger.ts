import { readFrame } from './life';

/** One outside effect, as a job reported it. */
export interface EffectRecord {
  /** What a receiver would tell repetitions by. */
  readonly key: string;
  /** What was done. */
  readonly what: string;
  /** `ctx.idempotencyKey` of the step that did it; undefined outside a step. */
  readonly idempotencyKey: string | undefined;
  /** The method that did it. */
  readonly step: string | undefined;
  /** Number of the Lambda call that did it, from 1. */
  readonly invocation: number | undefined;
}

/** An effect that happened more than once. */
export interface RepeatedEffect {
  /** What was done. */
  readonly what: string;
  /** How often. */
  readonly times: number;
  /** The keys it was recorded under. */
  readonly keys: readonly string[];
  /** Whether a receiver that remembers the given keys would have merged them into one. */
  readonly isMergedByKey: boolean;
  /** Whether one that remembers `ctx.idempotencyKey` would have. */
  readonly isMergedByIdempotencyKey: boolean;
}

/** Different effects that were recorded under one key: a receiver that remembers keys would have dropped all but the first. */
export interface KeyCollision {
  /** The key that both had. */
  readonly key: string;
  /** The different effects, in the order they happened. */
  readonly whats: readonly string[];
  /** The methods that recorded them. */
  readonly steps: readonly string[];
}

/** Lets a fake outside world be disturbed: a crash before or after an effect, a reply that is lost. */
export type EffectGate = (label: string, act: () => Promise<void>) => Promise<void>;

/**
 * A double for whatever a job writes to: keeps what was done, and says what was done twice, and what had the key of something else.
 * Give it to a job under a token of your own: `{ token: MAIL, useFactory: … }` or `{ token: LEDGER, useValue: env.effects }`.
 */
export class EffectLedger {
  #records: EffectRecord[] = [];
  #gate: EffectGate = (_label, act) => act();

  /** Everything that was recorded in this run, in order. */
  get records(): readonly EffectRecord[] {
    return this.#records;
  }

  /**
   * Records an outside effect.
   *
   * @param key - what the receiver tells repetitions by, best `ctx.idempotencyKey`.
   * @param what - what is done: the same text for the same effect.
   */
  async record(key: string, what: string): Promise<void> {
    await this.#gate(what, async () => {
      const ctx = readFrame()?.ctx;
      const { idempotencyKey, step, invocation } = ctx ?? {};
      this.#records.push({ key, what, idempotencyKey, step, invocation });
    });
  }

  /** The effects that happened more than once. */
  listRepeated(): readonly RepeatedEffect[] {
    return listRepeated(this.#records);
  }

  /** The keys under which more than one effect was recorded. */
  listKeyCollisions(): readonly KeyCollision[] {
    return listKeyCollisions(this.#records);
  }

  /** Begins a run with nothing done. */
  reset(gate: EffectGate): void {
    this.#records = [];
    this.#gate = gate;
  }
}

/** The effects in a list that happened more than once. */
export function listRepeated(records: readonly EffectRecord[]): readonly RepeatedEffect[] {
  return groupBy(records, 'what')
    .filter(({ length }) => length > 1)
    .map(describeRepeated);
}

/** The keys in a list under which more than one effect was recorded. */
export function listKeyCollisions(records: readonly EffectRecord[]): readonly KeyCollision[] {
  return groupBy(records, 'key')
    .map((group) => ({
      key: group[0]?.key ?? '',
      whats: [...new Set(group.map(({ what }) => what))],
      steps: [...new Set(group.map(({ step }) => step).filter((step) => step !== undefined))],
    }))
    .filter(({ whats }) => whats.length > 1);
}

/** A collision in words. */
export function describeCollision({ key, whats }: KeyCollision): string {
  return `${whats.join(' and ')} were recorded under one key, ${key} (ctx.keyFor gives each a key of its own)`;
}

function groupBy(records: readonly EffectRecord[], part: 'key' | 'what'): EffectRecord[][] {
  const groups = new Map<string, EffectRecord[]>();
  for (const record of records) {
    const group = groups.get(record[part]);
    if (group === undefined) groups.set(record[part], [record]);
    else group.push(record);
  }
  return [...groups.values()];
}

function describeRepeated(records: readonly EffectRecord[]): RepeatedEffect {
  const keys = [...new Set(records.map(({ key }) => key))];
  const idempotencyKeys = new Set(records.map(({ idempotencyKey }) => idempotencyKey));
  return {
    what: records[0]?.what ?? '',
    times: records.length,
    keys,
    isMergedByKey: keys.length === 1,
    isMergedByIdempotencyKey: idempotencyKeys.size === 1 && !idempotencyKeys.has(undefined),
  };
}
