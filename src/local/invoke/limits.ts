import { createHash, randomBytes } from 'node:crypto';
import { ApiError } from '../api/operation';
import type { LocalFunction } from '../functions/local-function';

/** Counts running invocations against the account's limit and the functions' reservations. */
export class Concurrency {
  #total = 0;
  readonly #byFunction = new Map<LocalFunction, number>();
  readonly #limit: number;
  readonly #onFree: () => void;

  /** @param onFree is called whenever an invocation has ended */
  constructor(limit: number, onFree: () => void) {
    this.#limit = limit;
    this.#onFree = onFree;
  }

  get running(): number {
    return this.#total;
  }

  /** Whether one more may run. */
  hasRoomFor(fn: LocalFunction): boolean {
    return this.#findObstacle(fn) === undefined;
  }

  /**
   * Takes a place; the answer gives it back.
   * @throws ApiError TooManyRequestsException
   */
  take(fn: LocalFunction): () => void {
    const obstacle = this.#findObstacle(fn);
    if (obstacle !== undefined)
      throw new ApiError(429, 'TooManyRequestsException', 'Rate Exceeded.', {
        Reason: obstacle,
        Type: 'User',
      });
    this.#count(fn, 1);
    return () => {
      this.#count(fn, -1);
      this.#onFree();
    };
  }

  #findObstacle(fn: LocalFunction): string | undefined {
    const running = this.#byFunction.get(fn) ?? 0;
    if (fn.reservedConcurrency !== undefined && running >= fn.reservedConcurrency)
      return 'ReservedFunctionConcurrentInvocationLimitExceeded';
    return this.#total >= this.#limit ? 'ConcurrentInvocationLimitExceeded' : undefined;
  }

  #count(fn: LocalFunction, change: 1 | -1): void {
    this.#total += change;
    this.#byFunction.set(fn, (this.#byFunction.get(fn) ?? 0) + change);
  }
}

/** How many invocations in one chain recursion detection lets pass. */
export const recursionLimit = 16;

/**
 * How many invocations of a function lie behind a call, by the trace header it came with.
 * The header is AWS's own business: handlers and their clients only pass it on.
 */
export function readChainLength(traceHeader: string | undefined, functionArn: string): number {
  return Number(readLineage(traceHeader).get(hashOf(functionArn)) ?? 0);
}

/** The trace id for an invocation: that of the call, with this invocation counted. */
export function extendTrace(traceHeader: string | undefined, functionArn: string): string {
  const lineage = readLineage(traceHeader);
  const hash = hashOf(functionArn);
  lineage.set(hash, Number(lineage.get(hash) ?? 0) + 1);
  const root =
    /Root=([^;]+)/.exec(traceHeader ?? '')?.[1] ??
    `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
  const entries = [...lineage].map(([key, count]) => `1:${key}:${count}`).join('|');
  return `Root=${root};Parent=${randomBytes(8).toString('hex')};Sampled=0;Lineage=${entries}`;
}

function readLineage(traceHeader = ''): Map<string, number> {
  const entries = /Lineage=([^;]+)/.exec(traceHeader)?.[1]?.split('|') ?? [];
  return new Map(
    entries.map((entry) => entry.split(':')).map(([, hash = '', count]) => [hash, Number(count)]),
  );
}

function hashOf(functionArn: string): string {
  return createHash('sha256').update(functionArn).digest('hex').slice(0, 8);
}
