import type { EndReason } from '../events/end-reason';
import type { ErrorDocument } from './error-document';

/** How an invocation ended in its environment. */
export interface Outcome {
  readonly reason: EndReason;
  /** The answer, or the error document, as JSON text. */
  readonly response: string;
  readonly error?: ErrorDocument;
  readonly durationMs: number;
  readonly initMs?: number;
  readonly maxMemoryMb: number;
  /** The invocation's last 4 KB of log. */
  readonly logTail: string;
}
