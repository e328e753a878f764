import type { InvocationEnd, InvocationStart } from '../../local';
import type { ExecutionFact, FactSubject, ProgressReport } from './execution-fact';

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
interface Answer {
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

/** The rate is that of the last so many milliseconds, and unknown before the first so many have passed. */
const windowMs = 10_000;
const leastSpanMs = 500;

/** The last report of progress, and how fast it moves. */
export interface Progress extends ProgressReport {
  /** Units per second. */
  readonly rate: number | undefined;
  /** Milliseconds until all is done, at that rate. */
  readonly leftMs: number | undefined;
}

interface Sample {
  readonly atMs: number;
  readonly done: number;
}

/** Follows `ctx.progress` across invocations. Of several lines of one execution it follows the one in front. */
export class ProgressTrack {
  #last: { readonly executionId: string; readonly report: ProgressReport } | undefined;
  #front = 0;
  #samples: Sample[] = [];

  take(
    report: ProgressReport,
    { executionId, invocation }: Pick<FactSubject, 'executionId' | 'invocation'>,
    atMs: number,
  ): void {
    if (Number.isNaN(report.done) || invocation < this.#front) return;
    this.#front = invocation;
    if (this.#isFreshStart(report, executionId)) this.#samples = [];
    this.#last = { executionId, report };
    this.#samples = [
      ...this.#samples.filter((sample) => atMs - sample.atMs <= windowMs),
      { atMs, done: report.done },
    ];
  }

  read(): Progress | undefined {
    if (this.#last === undefined) return undefined;
    const { done, total } = this.#last.report;
    const rate = this.#measureRate();
    const leftMs =
      total === undefined || total <= done || rate === undefined
        ? undefined
        : ((total - done) / rate) * 1_000;
    return { ...this.#last.report, rate, leftMs };
  }

  #isFreshStart({ step, total, done }: ProgressReport, executionId: string): boolean {
    if (this.#last === undefined || this.#last.executionId !== executionId) return true;
    const { report } = this.#last;
    return step !== report.step || total !== report.total || done < report.done;
  }

  #measureRate(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.atMs - first.atMs < leastSpanMs) return undefined;
    const rate = ((last.done - first.done) * 1_000) / (last.atMs - first.atMs);
    return rate > 0 ? rate : undefined;
  }
}
