import { ApiError } from '../api/operation';
import type { LocalFunction } from '../functions/local-function';

/** Counts running invocations against the account's limit and the functions' reservations. */
export class Concurrency {
  private total = 0;
  private readonly byFunction = new Map<LocalFunction, number>();

  /** @param onFree is called whenever an invocation has ended */
  constructor(
    private readonly limit: number,
    private readonly onFree: () => void,
  ) {}

  get running(): number {
    return this.total;
  }

  /** Whether one more may run. */
  hasRoomFor(fn: LocalFunction): boolean {
    return this.findObstacle(fn) === undefined;
  }

  /**
   * Takes a place; the answer gives it back.
   * @throws ApiError TooManyRequestsException
   */
  take(fn: LocalFunction): () => void {
    const obstacle = this.findObstacle(fn);
    if (obstacle !== undefined)
      throw new ApiError(429, 'TooManyRequestsException', 'Rate Exceeded.', {
        Reason: obstacle,
        Type: 'User',
      });
    this.count(fn, 1);
    return () => {
      this.count(fn, -1);
      this.onFree();
    };
  }

  private findObstacle(fn: LocalFunction): string | undefined {
    const running = this.byFunction.get(fn) ?? 0;
    if (fn.reservedConcurrency !== undefined && running >= fn.reservedConcurrency)
      return 'ReservedFunctionConcurrentInvocationLimitExceeded';
    return this.total >= this.limit ? 'ConcurrentInvocationLimitExceeded' : undefined;
  }

  private count(fn: LocalFunction, change: 1 | -1): void {
    this.total += change;
    this.byFunction.set(fn, (this.byFunction.get(fn) ?? 0) + change);
  }
}
