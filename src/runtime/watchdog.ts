import type { Attempt } from './attempt';
import type { Timer } from './ports';
import type { TimeBudget } from './time-budget';

/** When the watchdog looks, and what it looks for. All in milliseconds before Lambda's deadline, but for the interval. */
export interface WatchdogEdges {
  /** How often it looks. */
  readonly intervalMs: number;
  /** With no more than this left, the running attempt is asked to stop. */
  readonly safeMs: number;
  /** With no more than this left, the running attempt is abandoned. */
  readonly reserveMs: number;
  /** With no more than this left, the hand-off is prepared. */
  readonly warmUpMs: number;
}

/**
 * Looks at the time left while user code runs. One per invocation.
 * It looks every `intervalMs`, and at each edge exactly, so that a long interval cannot step over one.
 */
export class Watchdog {
  #attempt: Attempt | undefined;
  #cancels: (() => void)[] = [];
  #isWarm = false;
  readonly #budget: TimeBudget;
  readonly #edges: WatchdogEdges;
  readonly #onWarmUp: () => void;

  constructor(budget: TimeBudget, edges: WatchdogEdges, onWarmUp: () => void) {
    this.#budget = budget;
    this.#edges = edges;
    this.#onWarmUp = onWarmUp;
  }

  /** Starts looking. */
  start(timer: Timer): void {
    const look = () => this.look();
    const remainingMs = this.#budget.remainingMs();
    this.#cancels.push(timer.every(this.#edges.intervalMs, look));
    for (const edgeMs of [this.#edges.warmUpMs, this.#edges.safeMs, this.#edges.reserveMs]) {
      if (remainingMs > edgeMs) this.#cancels.push(timer.once(Math.ceil(remainingMs - edgeMs), look));
    }
  }

  /** Leaves nothing alive. */
  stop(): void {
    for (const cancel of this.#cancels.splice(0)) cancel();
    this.#attempt = undefined;
  }

  /** Says which attempt is running, if one is. */
  watch(attempt: Attempt | undefined): void {
    this.#attempt = attempt;
  }

  /** Asks the running attempt to stop, because the execution was cancelled. */
  cancel(): void {
    this.#attempt?.abort('cancelled');
  }

  /** Looks now. Also called at every safe point: no timer fires while synchronous code holds the event loop. */
  look(): void {
    const remainingMs = this.#budget.remainingMs();
    if (!this.#isWarm && remainingMs <= this.#edges.warmUpMs) {
      this.#isWarm = true;
      this.#onWarmUp();
    }
    if (remainingMs <= this.#edges.safeMs) this.#attempt?.abort('safe-window');
    if (remainingMs <= this.#edges.reserveMs) this.#attempt?.abandon();
  }
}
