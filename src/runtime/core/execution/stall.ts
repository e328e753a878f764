import type { Checksum } from '../state/seal';

/** Hand-offs in a row that left an execution just where the one before them had. */
export interface Stall {
  /** The checksum of state and position at the last one. */
  readonly mark: string;
  /** How many there were after the first. */
  readonly count: number;
}

/** Where an execution stands. */
interface Place {
  readonly phase: string;
  readonly cycle: number;
  readonly unit: string;
}

/**
 * Counts a hand-off that came from work, and not from a wait. Position is the cycle and the unit in it: a step that ends is progress, even
 * when it keeps nothing, and so is any change of the state. What is none is a generator, or a `goTo`, that does the same again and again.
 */
export function countStall(
  last: Stall | null,
  { phase, cycle, unit }: Place,
  stateText: string,
  checksum: Checksum,
): Stall {
  const mark = checksum(`${phase} ${cycle} ${unit} ${stateText}`);
  return { mark, count: last?.mark === mark ? last.count + 1 : 0 };
}

/** Says whether a value is a stall. */
export function isStall(value: unknown): value is Stall {
  const { mark, count } = (value ?? {}) as Partial<Stall>;
  return typeof mark === 'string' && Number.isSafeInteger(count) && (count as number) >= 0;
}
