import type { InvocationEnd, InvocationStart } from '../../local';
import type { ExecutionFact } from './execution-fact';

/** What is known of one invocation. */
export interface InvocationRecord {
  /** Its place within its execution, from 1. */
  number: number | undefined;
  readonly start: Pick<
    InvocationStart,
    'attempt' | 'bytes' | 'channel' | 'cold' | 'environmentId' | 'requestId'
  >;
  readonly startedAtMs: number;
  readonly timeoutMs: number;
  /** Whether every execution had ended when it began: then it only tells again how. */
  readonly isLate: boolean;
  /** What the runtime said of its outcome. */
  outcome:
    | Extract<ExecutionFact, { kind: 'cancelled' | 'completed' | 'failed' | 'handed-off' | 'skipped' }>
    | undefined;
  /** Missing while it runs. */
  end:
    | Pick<InvocationEnd, 'billedMs' | 'durationMs' | 'error' | 'initMs' | 'memoryMb' | 'reason' | 'response'>
    | undefined;
}

/** A new record. The event's payload is read and let go: it may be a megabyte. */
export function openInvocation(start: InvocationStart, atMs: number, isLate: boolean): InvocationRecord {
  const { attempt, bytes, channel, cold, environmentId, requestId, payload, deadline, startedAt } = start;
  return {
    number: readInvocationNumber(payload),
    start: { attempt, bytes, channel, cold, environmentId, requestId },
    startedAtMs: atMs,
    timeoutMs: deadline - startedAt,
    isLate,
    outcome: undefined,
    end: undefined,
  };
}

/** Reads which invocation of its execution an event is for, from 1; `undefined` when it is not to be seen. */
export function readInvocationNumber(payload: string): number | undefined {
  const event = parse(payload);
  if (event === undefined) return undefined;
  const { lambdaBaton, Records } = asObject(event) as {
    lambdaBaton?: { continuation?: { invocation?: unknown } };
    Records?: unknown;
  };
  if (Array.isArray(Records))
    return typeof Records[0]?.body === 'string' ? readInvocationNumber(Records[0].body) : undefined;
  if (lambdaBaton?.continuation === undefined) return 1;
  const { invocation } = lambdaBaton.continuation;
  return typeof invocation === 'number' ? invocation : undefined;
}

/** What a handler answered, as far as it is one of ours. */
export interface Answer {
  readonly status?: unknown;
  readonly executionId?: unknown;
  readonly result?: unknown;
  /** The messages that a queue has to deliver again. */
  readonly batchItemFailures?: unknown;
}

/** Reads an invocation's response. Anything that is no object is an answer without fields. */
export function readAnswer(response: string): Answer {
  return asObject(parse(response));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
