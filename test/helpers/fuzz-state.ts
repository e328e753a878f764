import type { StateCopy } from '../../src/runtime/core/state/copy-state';
import { StateTracker } from '../../src/runtime/core/state/state-tracker';
import { describeGraph, listObjects } from './describe-graph';
import { faultOfCapture, tryToCopy } from './fault-of-capture';

type Fields = Record<string, unknown>;

/** How one run of the fuzz went. */
export interface FuzzReport {
  readonly captures: number;
  /** Captures that the tracker made itself. */
  readonly tracked: number;
  /** Captures that `copyState` refuses. */
  readonly refused: number;
}

/** How many earlier captures are looked at again. */
const keptCaptures = 4;
/** Edits of one step of the job, at most. */
const maxEdits = 3;
/** Objects of a state, at most: larger ones are begun again. */
const maxObjects = 60;

/**
 * Edits a state at random and in place, and compares each capture of the tracker with that of the plain copier: the same values, in the
 * same order, as plain, refused alike, sharing nothing with the live state, and leaving earlier captures as they were.
 *
 * @throws Error that names the seed and the capture
 */
export function fuzzState(seed: number, captures: number): FuzzReport {
  const edits = new Edits(seed);
  const tracker = new StateTracker(false);
  const fields = ['a', 'b', 'c'];
  const kept: { copy: StateCopy; text: string }[] = [];
  let live = edits.makeState(fields);
  let [tracked, refused] = [0, 0];
  for (let capture = 0; capture < captures; capture += 1) {
    const isClose = edits.chance(0.5);
    for (let left = edits.below(maxEdits + 1); left > 0; left -= 1) edits.edit(live, isClose);
    if (listObjects(live).size > maxObjects) live = edits.makeState(fields);
    const fail = (what: string) => new Error(`seed ${seed}, capture ${capture}: ${what}`);
    const plain = tryToCopy(live);
    const copy = tracker.capture(live, fields, isClose);
    if (plain === undefined) refused += 1;
    if (copy !== undefined) {
      tracked += 1;
      const fault = faultOfCapture(live, copy, plain);
      if (fault !== undefined) throw fail(fault);
      kept.push({ copy, text: describeGraph(copy.values) });
      if (kept.length > keptCaptures) kept.shift();
    }
    for (const { copy: earlier, text } of kept)
      if (describeGraph(earlier.values) !== text) throw fail('an earlier capture has changed');
    if (plain === undefined) live = edits.makeState(fields);
  }
  return { captures, tracked, refused };
}

const names = ['id', 'name', 'amount', 'open', '1', '0', 'rows', 'ä', 'a b', 'length', 'constructor'];
const leaves = [
  0,
  -0,
  1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '',
  'x',
  'y',
  true,
  false,
  null,
  undefined,
  12n,
];

/** Random values and edits, the same for the same seed. */
class Edits {
  #state: number;

  constructor(seed: number) {
    this.#state = seed + 0x9e3779b9;
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  }

  chance(share: number): boolean {
    return this.below(1_000) < share * 1_000;
  }

  makeState(fields: readonly string[]): Fields {
    return Object.fromEntries(fields.map((field) => [field, this.#value(3)]));
  }

  /** One edit, anywhere in the state. What only a close look sees is left out where none is taken. */
  edit(live: Fields, isClose: boolean): void {
    const objects = [...listObjects(live)];
    const target = this.#pick(objects);
    if (target === live || this.chance(0.05)) live[this.#pick(Object.keys(live))] = this.#value(3);
    else if (Object.isFrozen(target)) return;
    else if (this.chance(0.02)) this.#editOddly(target, isClose, objects);
    else if (Array.isArray(target) && 'pop' in target) this.#editArray(target);
    else if (target instanceof Map) this.#editMap(target);
    else if (target instanceof Set) this.#editSet(target);
    else if (target instanceof Date) target.setTime(this.chance(0.1) ? Number.NaN : this.below(5));
    else if (target instanceof URL) target.hash = String(this.below(5));
    else if (target instanceof Uint8Array) target[this.below(target.length)] = this.below(5);
    else if (isDictionary(target)) this.#editObject(target as Fields);
  }

  #editObject(target: Fields): void {
    const key = this.#pick(names);
    const own = Object.keys(target);
    if (this.chance(0.1)) delete target[key];
    else if (this.chance(0.5) && own.length > 0) this.#set(target, this.#pick(own), this.#value(1));
    else this.#set(target, key, this.#value(2));
  }

  #set(target: Fields, key: string, value: unknown): void {
    Reflect.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  }

  #editArray(target: unknown[]): void {
    switch (this.below(9)) {
      case 0:
        target.push(this.#value(2));
        break;
      case 1:
        target.shift();
        break;
      case 2:
        target.splice(this.below(target.length + 1), this.below(2), this.#value(1));
        break;
      case 3:
        target.reverse();
        break;
      case 4:
        target.pop();
        break;
      case 5:
        // A hole, now and then.
        if (this.chance(0.1)) delete target[this.below(target.length)];
        break;
      default:
        if (target.length > 0) target[this.below(target.length)] = this.#value(1);
    }
  }

  #editMap(target: Map<unknown, unknown>): void {
    const key = this.chance(0.02) ? this.#value(1) : this.#pick(names);
    if (this.chance(0.3)) target.delete(this.#pick(names));
    else target.set(key, this.#value(1));
  }

  #editSet(target: Set<unknown>): void {
    if (this.chance(0.3)) target.delete(this.#pick([...target, 1]));
    else target.add(this.#value(1));
  }

  /** What has no twin, what is refused, and what only a close look finds. */
  #editOddly(target: object, isClose: boolean, objects: readonly object[]): void {
    const define = (key: PropertyKey, parts: PropertyDescriptor) =>
      Reflect.defineProperty(target, key, parts);
    const value = this.#pick(objects);
    const whole = { enumerable: true, configurable: true, writable: true };
    const view = objects.find(ArrayBuffer.isView) as Uint8Array | undefined;
    const always = [
      () => define('view', { ...whole, value: view && new Uint8Array(view.buffer) }),
      () => define('shared', { ...whole, value }),
      () => define('__proto__', { ...whole, value: this.#value(1) }),
      () => define('call', { ...whole, value: () => {} }),
      () => define('tag', { ...whole, value: Symbol('tag') }),
      () => define('bare', { ...whole, value: Object.assign(Object.create(null), { x: 1 }) }),
      () => define('odd', { ...whole, value: new (class Odd {})() }),
      () => define('got', { enumerable: true, configurable: true, get: () => this.below(3) % 1 }),
      () => define('holes', { ...whole, value: Object.assign(new Array(3), { 1: 1 }) }),
      () => ArrayBuffer.isView(target) || Object.freeze(target),
    ];
    const hidden = [
      () => define(Symbol('key'), { ...whole, value: 1 }),
      () => define('hidden', { value: 1, configurable: true }),
      () => Object.setPrototypeOf(target, {}),
    ];
    const isLook = Array.isArray(target) || !isDictionary(target);
    // A name on an array or on a built-in object, too, is only found by a close look.
    this.#pick(isClose ? [...always, ...hidden] : isLook ? [] : always)?.();
  }

  #value(depth: number): unknown {
    if (depth === 0 || this.chance(0.4)) return this.#pick(leaves);
    const list = (count: number) => Array.from({ length: this.below(count) }, () => this.#value(depth - 1));
    switch (this.below(12)) {
      case 0:
      case 1:
      case 2:
        return list(6);
      case 3:
        return new Date(this.below(3));
      case 4:
        return new Map(list(4).map((value, index) => [names[index], value]));
      case 5:
        return new Set(list(4));
      case 6:
        return new Uint8Array(list(6).map(() => this.below(4)));
      case 7:
        return this.chance(0.2) ? new URL('https://a.b/c') : new ArrayBuffer(this.below(4));
      case 8:
        return Array.from({ length: this.below(5) }, () => this.below(3));
      default: {
        const object = {};
        for (const value of list(6)) this.#set(object, this.#pick(names), value);
        return object;
      }
    }
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }
}

function isDictionary(value: object): boolean {
  return Object.prototype.toString.call(value) === '[object Object]';
}
