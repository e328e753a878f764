import { BatonError, UnserializableStateError } from '../../errors';
import type { JobPlan } from '../core/execution/job-plan';
import { copyState, type StateCopy } from '../core/state/copy-state';
import { StateTracker } from '../core/state/state-tracker';

type Fields = Record<string, unknown>;

/** So many captures of an invocation look closely at every object; later ones where something is stored or some time has passed. */
const closeCaptures = 100;

/** The job instance of one invocation, and its `@State` fields taken out and put back. */
export class LiveJob {
  #instance: Fields;
  /** The state to go on with in a fresh instance, when the one that is there was left to an attempt. */
  #left: Fields | undefined;
  readonly #plan: JobPlan;
  readonly #secretFields: ReadonlySet<string>;
  readonly #construct: () => object;
  readonly #fields: readonly string[];
  readonly #hasCodecs: boolean;
  readonly #tracker = new StateTracker();
  #closeLeft = closeCaptures;
  #isLookedAt = true;

  constructor(plan: JobPlan, construct: () => object) {
    this.#plan = plan;
    this.#secretFields = new Set(plan.state.filter(({ secret }) => secret).map(({ field }) => field));
    this.#fields = plan.state.map(({ field }) => field);
    this.#hasCodecs = plan.state.some(({ codec }) => codec !== undefined);
    this.#construct = construct;
    this.#instance = construct() as Fields;
  }

  /** Calls a method of the job. Throws what the constructor throws, when a fresh instance is needed and could not be made before. */
  call(method: string, parameters: readonly unknown[]): unknown {
    this.#renew();
    return (this.#instance as Record<string, (...values: unknown[]) => unknown>)[method]?.(...parameters);
  }

  /**
   * Copies the state out, checking that all of it can be stored.
   *
   * @param isClose - whether to look at known objects for symbol keys, hidden properties and changed prototypes too: before a write
   * @throws UnserializableStateError naming the path of what cannot.
   */
  capture(isClose = true): StateCopy {
    const source = this.#hasCodecs ? this.#encodeFields() : this.#instance;
    const tracked = this.#tracker.capture(source, this.#fields, isClose);
    if (tracked !== undefined) return tracked;
    return copyState(this.#encodeFields(), { secretFields: this.#secretFields });
  }

  /** Captures, closely when the state `isStored` at once, or as long as that was not done often. */
  captureOften(isStored: boolean): StateCopy {
    this.#isLookedAt = isStored || this.#closeLeft > 0;
    const state = this.capture(this.#isLookedAt);
    this.#closeLeft -= 1;
    return state;
  }

  /** Lets the next capture be a close one. */
  lookCloselyNext(): void {
    this.#closeLeft = Math.max(this.#closeLeft, 1);
  }

  /**
   * Looks at the state for what quick captures pass over, before it is sent.
   *
   * @throws UnserializableStateError when it cannot be sent.
   */
  lookClosely(): void {
    if (!this.#isLookedAt) this.capture();
  }

  /** The fields of a state that the job no longer declares. */
  findUnknown(values: Fields): readonly string[] {
    return Object.keys(values).filter((field) => !this.#fields.includes(field));
  }

  #encodeFields(): Fields {
    const values: Fields = {};
    for (const { field, codec } of this.#plan.state) {
      values[field] =
        codec === undefined
          ? this.#instance[field]
          : encodeField(field, () => codec.encode(this.#instance[field]));
    }
    return values;
  }

  /** Puts a state back, as a copy of its own. A declared field that the state lacks keeps what it has. */
  restore(values: Fields): void {
    const copy = copyState(values, { secretFields: this.#secretFields }).values;
    for (const { field, codec } of this.#plan.state) {
      if (!Object.hasOwn(copy, field)) continue;
      this.#instance[field] =
        codec === undefined ? copy[field] : encodeField(field, () => codec.decode(copy[field]));
    }
  }

  /**
   * Leaves the instance to an attempt that did not return, since that may still be writing into it, and goes on with a fresh one in this
   * state. When the fresh one cannot be made, the next call tries again.
   */
  leave(values: Fields): void {
    this.#left = values;
    try {
      this.#renew();
    } catch {
      // Told by the next call, as a failure of what is called.
    }
  }

  #renew(): void {
    if (this.#left === undefined) return;
    const orphan = this.#instance;
    this.#instance = this.#constructAgain();
    try {
      carryOver(orphan, this.#instance, new Set(this.#plan.state.map(({ field }) => field)));
      this.restore(this.#left);
    } catch (error) {
      this.#instance = orphan;
      throw error;
    }
    this.#left = undefined;
  }

  /** The definition is right, it has worked before: what fails now is the constructor or a dependency, and may pass on its own. */
  #constructAgain(): Fields {
    try {
      return this.#construct() as Fields;
    } catch (error) {
      throw BatonError.is(error) && error.code === 'INVALID_JOB' ? (error.cause ?? error) : error;
    }
  }
}

/**
 * Gives a fresh instance the own fields of the one before (connections, caches), without calling a getter or a setter. What the fresh one
 * has made for itself stays when it cannot be replaced, when it is an accessor or hidden, and when it is a function: that one may be bound.
 */
function carryOver(orphan: object, fresh: object, stateFields: ReadonlySet<PropertyKey>): void {
  for (const key of Reflect.ownKeys(orphan)) {
    const own = Object.getOwnPropertyDescriptor(fresh, key);
    const carried = Object.getOwnPropertyDescriptor(orphan, key);
    if (carried === undefined || stateFields.has(key) || (own !== undefined && isKept(own))) continue;
    Reflect.defineProperty(fresh, key, carried.value === orphan ? { ...carried, value: fresh } : carried);
  }
}

function isKept({ value, get, set, enumerable }: PropertyDescriptor): boolean {
  return get !== undefined || set !== undefined || enumerable !== true || typeof value === 'function';
}

function encodeField(field: string, convert: () => unknown): unknown {
  try {
    return convert();
  } catch (cause) {
    if (BatonError.is(cause) && cause.code === 'UNSERIALIZABLE_STATE') throw cause;
    throw new UnserializableStateError({
      problem: `The codec of @State ${field} failed.`,
      fix: 'Let its encode and decode take every value that the field can hold; the cause says what happened.',
      details: { path: field, type: 'codec' },
      cause,
    });
  }
}
