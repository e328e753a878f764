import { isRecord } from '../state/json';
import type { Line } from './line';

/** How an attempt ended that neither returned nor threw, as far as it can be known. */
export type InterruptionEnding =
  | 'crash'
  | 'hard-edge'
  | 'out-of-memory'
  | 'safe-window'
  | 'timeout'
  | 'unknown';

/** An attempt that was cut off. */
export interface Interruption {
  readonly ending: InterruptionEnding;
  /** The method that was running, as far as it is known. */
  readonly unit: string;
  /** `hand-off`: it happened after the last safe point was reached, while the invocation was handing over. @defaultValue the unit of work */
  readonly place?: 'hand-off';
}

/** Deaths that come to light at once: of a delivery without a store, whose deaths nobody could record. */
interface Deaths {
  readonly count: number;
  /** How many of them were at the place where the execution stands now. */
  readonly samePlaceCount: number;
}

/** What deaths are counted in. */
interface Counted {
  readonly interruptionCount: number;
  readonly interruption: Interruption | null;
  readonly line: Line;
}

/**
 * The execution after its owner died. Deaths add up at the same place only: the same safe point, where handing over is a place of its own.
 */
export function countDeath<Execution extends Counted>(
  execution: Execution,
  interruption: Interruption,
  { count, samePlaceCount }: Deaths = { count: 1, samePlaceCount: 1 },
): Execution {
  const { interruption: last, interruptionCount, line } = execution;
  const isSamePlace = last === null || last.place === interruption.place;
  return {
    ...execution,
    interruptionCount: (isSamePlace ? interruptionCount : 0) + samePlaceCount,
    interruption,
    line: { ...line, deathCount: line.deathCount + count, recovery: 2 },
  };
}

const endings: readonly string[] = [
  'crash',
  'hard-edge',
  'out-of-memory',
  'safe-window',
  'timeout',
  'unknown',
] satisfies InterruptionEnding[];

/** Whether a value is what an interruption was written as. */
export function isInterruption(value: unknown): value is Interruption {
  if (!isRecord(value)) return false;
  const { ending, unit, place, ...others } = value;
  const isPlace = place === undefined || place === 'hand-off';
  return (
    endings.includes(ending as string) &&
    typeof unit === 'string' &&
    isPlace &&
    Object.keys(others).length === 0
  );
}

/** The last that was seen of an invocation that died without a word. */
export interface LastSign {
  readonly atMs: number;
  /** Memory in use, as a share of what the function has. */
  readonly memoryShare: number;
  /** The method that was running then; empty when none was, or it is not known. */
  readonly unit: string;
}

/** What is known of an invocation's death when its delivery comes again. */
export interface Death {
  readonly nowMs: number;
  /** When it would have been killed. */
  readonly deadlineMs: number;
  /** How often it would have given a sign, in milliseconds. */
  readonly intervalMs: number;
  readonly lastSign: LastSign | undefined;
}

/** With more of its memory than this in use, a process that was killed has probably run out of it. */
const fullMemoryShare = 0.85;

/** Checks how an invocation died. */
export function checkDeath({ nowMs, deadlineMs, intervalMs, lastSign }: Death): InterruptionEnding {
  if (lastSign !== undefined && lastSign.memoryShare >= fullMemoryShare) return 'out-of-memory';
  if (nowMs < deadlineMs) return 'crash';
  const wasAliveToTheEnd = lastSign !== undefined && lastSign.atMs + 2 * intervalMs >= deadlineMs;
  return wasAliveToTheEnd ? 'timeout' : 'unknown';
}

/** Why a step's `signal` aborted. */
export type AbortCode = 'cancelled' | 'safe-window' | 'timeout';
