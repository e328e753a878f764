import type { InvocationEnd, InvocationStart } from '../../local';
import { readInvocationNumber } from './invocation-number';
import type { LogEntry } from './log-entry';

/** What is known of one invocation. */
export interface InvocationRecord {
  /** Its place within its execution, from 1. */
  number: number | undefined;
  readonly start: Pick<InvocationStart, 'attempt' | 'bytes' | 'channel' | 'cold' | 'environmentId' | 'requestId'>;
  readonly startedAtMs: number;
  readonly timeoutMs: number;
  /** What the runtime said of its outcome: `handed off`, `execution completed`, `execution cancelled` or `execution failed`. */
  outcome: LogEntry | undefined;
  /** Missing while it runs. */
  end: Pick<InvocationEnd, 'billedMs' | 'durationMs' | 'error' | 'initMs' | 'memoryMb' | 'reason' | 'response'> | undefined;
}

/** A new record. The event's payload is read and let go: it may be a megabyte. */
export function openInvocation(start: InvocationStart, atMs: number): InvocationRecord {
  const { attempt, bytes, channel, cold, environmentId, requestId, payload, deadline, startedAt } = start;
  return {
    number: readInvocationNumber(payload),
    start: { attempt, bytes, channel, cold, environmentId, requestId },
    startedAtMs: atMs,
    timeoutMs: deadline - startedAt,
    outcome: undefined,
    end: undefined,
  };
}
