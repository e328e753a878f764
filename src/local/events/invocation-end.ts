import type { EndReason } from './end-reason';
import type { InvocationStart } from './invocation-start';

/** An invocation is over, with the figures of AWS's REPORT line. */
export interface InvocationEnd extends InvocationStart {
  readonly reason: EndReason;
  /** The answer as JSON text; with a failure, AWS's error document. */
  readonly response: string;
  /** Set when it failed. */
  readonly error?: { readonly errorType: string; readonly errorMessage: string };
  /** From delivery to the end, without the cold start. */
  readonly durationMs: number;
  /** Length of the cold start, when there was one. */
  readonly initMs?: number;
  /** What AWS would bill: cold start and duration, rounded up. */
  readonly billedMs: number;
  readonly memoryMb: number;
  /** The highest resident size of the process so far. 0 where it cannot be read (outside Linux). */
  readonly maxMemoryMb: number;
}
