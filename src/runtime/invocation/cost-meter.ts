import type { Journal } from '../checkpoint/journal';
import { priceUsage } from '../core/cost/cost';
import type { Context } from '../ports';
import type { Collaborators } from '../ports/collaborators';

/** What Lambda gives a function that asks for nothing, in MB: what is reckoned with where there is no Lambda to say it. */
const smallestMemoryMb = 128;

/** What an execution has cost so far, an invocation that still runs included. */
export class CostMeter {
  readonly #collaborators: Pick<Collaborators, 'clock' | 'platform' | 'prices'>;
  readonly #memoryMb: number;
  readonly #startedMs: number;
  readonly #beforeUsd: number;

  constructor(collaborators: Collaborators, context: Context, beforeUsd: number) {
    this.#collaborators = collaborators;
    this.#memoryMb = Number(context.memoryLimitInMB) || smallestMemoryMb;
    this.#startedMs = collaborators.clock.now();
    this.#beforeUsd = beforeUsd;
  }

  /** In US dollars at list price. */
  readUsd(journal: Journal | undefined): number {
    const { clock, platform, prices } = this.#collaborators;
    const usedUsd = priceUsage(prices, {
      durationMs: clock.now() - this.#startedMs,
      memoryMb: this.#memoryMb,
      architecture: platform.architecture,
      readUnitCount: journal?.readUnitCount ?? 0,
      writeUnitCount: journal?.writeUnitCount ?? 0,
    });
    return Math.ceil((this.#beforeUsd + usedUsd) * 1e9) / 1e9;
  }
}
