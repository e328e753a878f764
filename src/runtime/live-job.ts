import { BatonError, UnserializableStateError } from '../errors';
import { copyState, type StateCopy } from './core/copy-state';
import type { JobPlan } from './core/job-plan';

type Fields = Record<string, unknown>;

/** The job instance of one invocation, and its `@State` fields taken out and put back. */
export class LiveJob {
  #instance: Fields;
  readonly #plan: JobPlan;
  readonly #construct: () => object;

  constructor(plan: JobPlan, construct: () => object) {
    this.#plan = plan;
    this.#construct = construct;
    this.#instance = construct() as Fields;
  }

  /** Calls a method of the job. */
  call(method: string, ...parameters: unknown[]): unknown {
    return (this.#instance as Record<string, (...values: unknown[]) => unknown>)[method]?.(...parameters);
  }

  /**
   * Copies the state out, checking that all of it can be stored.
   *
   * @throws UnserializableStateError naming the path of what cannot.
   */
  capture(): StateCopy {
    const values: Fields = {};
    for (const { field, codec } of this.#plan.state) {
      const value = this.#instance[field];
      values[field] = codec === undefined ? value : encodeField(field, () => codec.encode(value));
    }
    return copyState(values);
  }

  /** Puts a state back, as a copy of its own. A declared field that the state lacks keeps what it has. */
  restore(values: Fields): void {
    const copy = copyState(values).values;
    for (const { field, codec } of this.#plan.state) {
      if (!Object.hasOwn(copy, field)) continue;
      this.#instance[field] = codec === undefined ? copy[field] : encodeField(field, () => codec.decode(copy[field]));
    }
  }

  /**
   * Puts a fresh instance in the place of one that an abandoned attempt still holds.
   * Fields that are not `@State` (connections, caches) are carried over.
   */
  renew(): void {
    const orphan = this.#instance;
    this.#instance = this.#construct() as Fields;
    const stateFields = new Set(this.#plan.state.map(({ field }) => field));
    for (const field of Object.keys(orphan)) {
      if (!stateFields.has(field)) this.#instance[field] = orphan[field];
    }
  }
}

function encodeField(field: string, convert: () => unknown): unknown {
  try {
    return convert();
  } catch (cause) {
    if (BatonError.is(cause)) throw cause;
    throw new UnserializableStateError({
      problem: `The codec of @State ${field} failed.`,
      cure: 'Let its encode and decode take every value that the field can hold; the cause says what happened.',
      details: { path: field, type: 'codec' },
      cause,
    });
  }
}
