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
