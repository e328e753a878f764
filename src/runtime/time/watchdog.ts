import { maxTimerMs } from '../core/execution/local-time';
import type { Timer } from '../ports';
import type { Attempt } from '../step/attempt';
import type { TimeBudget } from './time-budget';

/** The sender is prepared this long before the safe window, in milliseconds, or halfway to it when that is later. */
const warmUpLeadMs = 5_000;

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

/** The edges of an invocation that begins now. */
export function readEdges(
  { intervalMs, safeMs, reserveMs }: Omit<WatchdogEdges, 'warmUpMs'>,
  budget: TimeBudget,
): WatchdogEdges {
  const budgetMs = Math.max(0, budget.remainingMs() - safeMs);
  const leadMs = Math.min(Math.max(warmUpLeadMs, 2 * intervalMs), budgetMs / 2);
  return { intervalMs, safeMs, reserveMs, warmUpMs: safeMs + leadMs };
}

/**
 * Looks at the time left while user code runs. One per invocation.
 * It looks every `intervalMs`, and at each edge exactly, so that a long interval cannot step over one.
 */
export class Watchdog {
  #attempt: Attempt | undefined;
  readonly #cancels = new Set<() => void>();
  #isWarm = false;
  readonly #budget: TimeBudget;
  readonly #edges: WatchdogEdges;
  readonly #onWarmUp: () => void;
  readonly #onLook: () => void;

  constructor(budget: TimeBudget, edges: WatchdogEdges, onWarmUp: () => void, onLook: () => void = () => {}) {
    this.#budget = budget;
    this.#edges = edges;
    this.#onWarmUp = onWarmUp;
    this.#onLook = onLook;
  }

  /** Starts looking. */
  start(timer: Timer): void {
    const { intervalMs, safeMs, reserveMs, warmUpMs } = this.#edges;
    this.#cancels.add(timer.every(Math.min(intervalMs, maxTimerMs), () => this.#lookAround()));
    for (const edgeMs of [warmUpMs, safeMs, reserveMs]) this.#lookAt(edgeMs, timer);
  }

  /** Does something else once, unless it has stopped looking by then. */
  alsoOnce(ms: number, timer: Timer, task: () => void): void {
    this.#cancels.add(timer.once(ms, task));
  }

  /** Does something else again and again for as long as it looks. */
  alsoEvery(ms: number, timer: Timer, task: () => void): void {
    this.#cancels.add(timer.every(ms, task));
  }

  #lookAround(): void {
    this.look();
    this.#onLook();
  }

  /** Looks when an edge is reached. A timer may go off a little before the clock says so: then it is armed again. */
  #lookAt(edgeMs: number, timer: Timer): void {
    const restMs = Math.ceil(this.#budget.remainingMs() - edgeMs);
    if (restMs <= 0) return;
    const cancel = timer.once(Math.min(restMs, maxTimerMs), () => {
      this.#cancels.delete(cancel);
      this.look();
      this.#lookAt(edgeMs, timer);
    });
    this.#cancels.add(cancel);
  }

  /** Leaves nothing alive. */
  stop(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
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

  /** Looks now. */
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
