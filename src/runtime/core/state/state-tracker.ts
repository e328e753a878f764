import { cloneShallow } from './copy-shallow';
import type { StateCopy } from './copy-state';
import { isPlainSlot, odd, StateTwin } from './state-twin';
import { TwinWalk } from './twin-walk';

type Dictionary = Record<string, unknown>;

/** The first captures are made by the plain copier: who captures seldom gains nothing from twins. */
const plainFirst = 2;
/** So many captures are made by the plain copier after twins were of no use, twice as many each further time, up to the most. */
const firstRest = 8;
const maxRest = 512;
/** So many captures in a row forget earlier rests. */
const goodStreak = 32;
/** Making a twin costs about three copies, and comparing one a fifth: where more than this part of the objects is new, copying is faster. */
const maxNewShare = 0.25;

/**
 * Copies the state of one live job again and again, and gives the same `StateCopy` as `copyState` each time, by comparing each value with
 * the last copy: what has not changed is not copied. Every value is compared at every capture, nothing is assumed to be unchanged.
 *
 * Symbol keys, hidden properties and changed prototypes are looked for when an object is met first, and in every capture that is `close`.
 */
export class StateTracker {
  readonly #walk = new TwinWalk();
  readonly #firstRest: number;
  #root: StateTwin | undefined;
  #restLeft: number;
  #nextRest: number;
  #staleStreak = 0;
  #streak = 0;

  /** @param rests - false never leaves a capture to the plain copier because twins were of no use before: for tests */
  constructor(rests = true) {
    this.#firstRest = rests ? firstRest : 0;
    this.#nextRest = this.#firstRest;
    this.#restLeft = rests ? plainFirst : 0;
  }

  /**
   * The copy of these fields of an object, or undefined where `copyState` is to make it, and to say what is wrong.
   *
   * @param isClose - whether to look for what is not among the enumerable keys
   */
  capture(source: object, fields: readonly string[], isClose: boolean): StateCopy | undefined {
    if (this.#restLeft > 0) {
      this.#restLeft -= 1;
      return undefined;
    }
    this.#walk.begin(isClose);
    try {
      const values = this.#captureRoot(source as Dictionary, fields);
      this.#assess();
      return { values, isPlain: this.#walk.isPlain };
    } catch {
      this.#rest();
      return undefined;
    }
  }

  /** Gives up where most objects are new each time: rows that are replaced as a whole. */
  #assess(): void {
    const { newCount, metCount } = this.#walk;
    this.#staleStreak = newCount > maxNewShare * metCount + 1 ? this.#staleStreak + 1 : 0;
    this.#streak += 1;
    if (this.#staleStreak > 1) this.#rest();
    else if (this.#streak >= goodStreak) this.#nextRest = this.#firstRest;
  }

  /** Twins that a broken walk has touched may be half-way: all are forgotten. */
  #rest(): void {
    this.#walk.forget();
    this.#root = undefined;
    this.#restLeft = this.#nextRest;
    this.#nextRest = Math.min(2 * this.#nextRest, maxRest);
    this.#staleStreak = 0;
    this.#streak = 0;
  }

  #captureRoot(source: Dictionary, fields: readonly string[]): Dictionary {
    const known = this.#root;
    // A job that was constructed again has the same fields.
    const isKnown = known !== undefined && known.keys === fields;
    const root = isKnown ? known : new StateTwin('root', source, {}, 0);
    if (!isKnown) {
      if (fields.includes('__proto__')) throw odd;
      root.keys = fields;
      root.slots = fields.map(() => odd);
      this.#root = root;
    }
    let next: Dictionary | undefined;
    let isPlain = true;
    const { slots } = root;
    for (let index = 0; index < fields.length; index += 1) {
      const key = fields[index] as string;
      const value = source[key];
      const before = slots[index];
      if (value === before && value !== 0) continue;
      const slot = this.#walk.takeSlot(root, index, value, 0);
      if (Object.is(slot, before)) continue;
      slots[index] = slot;
      isPlain &&= isPlainSlot(slot);
      next ??= cloneShallow(root.copy as Dictionary, fields.length);
      next[key] = slot;
    }
    return this.#walk.settle(root, next, isPlain) as Dictionary;
  }
}
