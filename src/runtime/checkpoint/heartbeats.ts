import { checkDeath, type Interruption } from '../core/execution/interruption';
import { describeError } from '../core/record/describe-error';
import type { Context, LostTries, UnitPlace } from '../ports';
import type { Collaborators } from '../ports/collaborators';
import type { TimeBudget } from '../time/time-budget';

/** What a delivery's heartbeats are made of. */
export interface HeartbeatsParts {
  readonly delivery: string;
  readonly context: Context;
  readonly budget: TimeBudget;
  readonly collaborators: Collaborators;
  readonly intervalMs: number;
}

/** The memory of the smallest function, in megabytes: for contexts that do not say. */
const leastMemoryMb = 128;

/** The heartbeats that this try of a delivery gives, and what the tries before it left. A recorder that fails is a warning, no more. */
export class Heartbeats {
  /** The tries of this delivery that died without a word; undefined when none is known. */
  readonly lost: LostTries | undefined;
  #isWorking: boolean;
  readonly #parts: HeartbeatsParts;

  constructor(parts: HeartbeatsParts) {
    const { delivery, context, budget, collaborators } = parts;
    this.#parts = parts;
    this.#isWorking = collaborators.recorder !== undefined;
    const memoryLimitMb = Number(context.memoryLimitInMB) || leastMemoryMb;
    const start = { nowMs: collaborators.clock.now(), deadlineMs: budget.deadlineMs, memoryLimitMb };
    this.lost = this.#record(() => collaborators.recorder?.begin(delivery, start));
  }

  /** How the try before this one died. `deadlineMs` is that of the dead one, where the store knows it. */
  checkDeath(deadlineMs = this.lost?.deadlineMs ?? 0): Interruption {
    const { collaborators, intervalMs } = this.#parts;
    const lastSign = this.lost?.lastSign;
    const ending = checkDeath({ nowMs: collaborators.clock.now(), deadlineMs, intervalMs, lastSign });
    return { ending, unit: lastSign?.unit ?? '' };
  }

  /** Says that this try is still alive, and what it is doing. */
  give(unit: string, place: UnitPlace): void {
    const { delivery, collaborators } = this.#parts;
    this.#record(() => collaborators.recorder?.sign(delivery, collaborators.clock.now(), unit, place));
  }

  /** Leaves nothing behind. */
  end(): void {
    this.#record(() => this.#parts.collaborators.recorder?.end(this.#parts.delivery));
  }

  #record<Value>(action: () => Value): Value | undefined {
    if (!this.#isWorking) return undefined;
    try {
      return action();
    } catch (error) {
      this.#isWorking = false;
      this.#parts.collaborators.logger.warn(
        'heartbeat could not be written; a crash of this attempt may go undetected',
        {
          error: describeError(error),
        },
      );
      return undefined;
    }
  }
}
