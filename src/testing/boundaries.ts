import type { Random } from '../runtime/ports';

/** Where an invocation touches the outside: a place at which something can go wrong. */
export type BoundaryKind = 'begin' | 'effect' | 'end' | 'load' | 'save' | 'send' | 'yield';

/**
 * What goes wrong at a boundary.
 * - `crash`: the process dies before the call takes effect.
 * - `crash-after`: it dies when the call has taken effect, before it hears of it.
 * - `delay`: the call takes a second, and others can come in between.
 * - `duplicate`: the delivery that is running comes a second time at this moment, and of a call, while it takes a second; of a `send`, the continuation is delivered twice.
 * - `lost-reply`: the call takes effect, and fails.
 * - `timeout`: the call never answers; at a step's begin, end or `yield`, the process hangs until Lambda kills it.
 */
export type FaultKind = 'crash' | 'crash-after' | 'delay' | 'duplicate' | 'lost-reply' | 'timeout';

/** A boundary of a run: its number from 1, and what it is. */
export interface Boundary {
  /** Its number within the run, from 1. */
  readonly number: number;
  /** What is crossed. */
  readonly kind: BoundaryKind;
  /** What is crossed there, by name. */
  readonly label: string;
}

/** The faults that can happen at a kind of boundary. */
export const faultsAt: Readonly<Record<BoundaryKind, readonly FaultKind[]>> = {
  begin: ['crash', 'duplicate', 'timeout'],
  effect: ['crash', 'crash-after', 'delay', 'duplicate', 'lost-reply', 'timeout'],
  end: ['crash', 'duplicate', 'timeout'],
  load: ['crash', 'delay', 'duplicate', 'lost-reply', 'timeout'],
  save: ['crash', 'crash-after', 'delay', 'duplicate', 'lost-reply', 'timeout'],
  send: ['crash', 'crash-after', 'delay', 'duplicate', 'lost-reply', 'timeout'],
  yield: ['crash', 'duplicate', 'timeout'],
};

/** Which fault happens at which boundary. */
export type Schedule = ReadonlyMap<number, FaultKind>;

const knownFaults: ReadonlySet<string> = new Set(Object.values(faultsAt).flat());

/** Writes a schedule as text: `crash@3 lost-reply@7`. */
export function writeSchedule(schedule: Schedule): string {
  return [...schedule]
    .sort(([one], [other]) => one - other)
    .map(([number, fault]) => `${fault}@${number}`)
    .join(' ');
}

/** Reads what {@link writeSchedule} wrote; undefined when it is something else. */
export function readSchedule(text: string): Schedule | undefined {
  const schedule = new Map<number, FaultKind>();
  for (const part of text.split(/\s+/).filter((word) => word !== '')) {
    const [, fault = '', number = ''] = /^([a-z-]+)@([1-9]\d*)$/.exec(part) ?? [];
    if (!knownFaults.has(fault)) return undefined;
    schedule.set(Number(number), fault as FaultKind);
  }
  return schedule;
}

/** A {@link Random} that gives the same numbers for the same seed (mulberry32). */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed = 1) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
}
