import { isRecord } from './is-record';

/** How an attempt ended that neither returned nor threw, as far as it can be known. */
export type InterruptionEnding = 'crash' | 'hard-edge' | 'out-of-memory' | 'safe-window' | 'timeout' | 'unknown';

/** An attempt that was cut off. */
export interface Interruption {
  readonly ending: InterruptionEnding;
  /** The method that was running, as far as it is known. */
  readonly unit: string;
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
  return isRecord(value) && endings.includes(value.ending as string) && typeof value.unit === 'string' && Object.keys(value).length === 2;
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

/** Judges how an invocation died. */
export function judgeDeath({ nowMs, deadlineMs, intervalMs, lastSign }: Death): InterruptionEnding {
  if (lastSign !== undefined && lastSign.memoryShare >= fullMemoryShare) return 'out-of-memory';
  if (nowMs < deadlineMs) return 'crash';
  const wasAliveToTheEnd = lastSign !== undefined && lastSign.atMs + 2 * intervalMs >= deadlineMs;
  return wasAliveToTheEnd ? 'timeout' : 'unknown';
}
