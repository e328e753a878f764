import type { RecursionSetting } from '../core/execution/line';
import { describeError } from '../core/record/describe-error';
import type { Context, ContinuationSender, Logger } from '../ports';
import type { Collaborators } from '../ports/collaborators';
import { inTime } from '../time/back-off';
import type { TimeBudget, TimeLook } from '../time/time-budget';

/**
 * The channels' code is loaded once an invocation has run for so long, in milliseconds: those that end sooner need none. Earlier where
 * the safe window is no further away than this: loading holds the event loop for a tenth of a second and more, and never may there.
 */
const loadAfterMs = 2_000;

/** After how many milliseconds the channels' code is loaded, when the safe window is `budgetMs` away. */
export function readLoadMs(budgetMs: number): number {
  return Math.max(0, Math.min(loadAfterMs, Math.floor(budgetMs - loadAfterMs)));
}

/** How long the answer is waited for, in milliseconds. */
const answerWithinMs = 2_000;
/** In the safe window, for one that has been asked for and is late: no longer than this, in milliseconds, nor than this share of the time left. */
const lateAnswerWithinMs = 500;
const lateAnswerShare = 0.1;

/** What is prepared with. */
export interface SenderPreparationDeps {
  readonly collaborators: Pick<Collaborators, 'senders' | 'timer'>;
  readonly context: Context;
  readonly logger: Logger;
  readonly budget: TimeBudget;
  readonly safeMs: number;
  /** What is known already of what AWS does with a chain of self-invocations. */
  readonly setting: RecursionSetting | null;
}

/** Gets the channels ready in the background, before they are needed, and asks once what AWS does with a chain of self-invocations. */
export class SenderPreparation {
  readonly #deps: SenderPreparationDeps;
  #background: AbortController | undefined;
  #prepared: Promise<void> | undefined;
  #asked: Promise<void> | undefined;
  #loaded: Promise<void> | undefined;
  /** The code is there, or was waited for in vain: once is enough. */
  #isLoadOver: boolean;
  #recursion: RecursionSetting | null;
  readonly #startedMs: number;

  /** @param start - the clocks at the beginning of the invocation */
  constructor(deps: SenderPreparationDeps, start: TimeLook) {
    this.#deps = deps;
    this.#recursion = deps.setting;
    this.#isLoadOver = deps.collaborators.senders.every(({ load }) => load === undefined);
    this.#startedMs = start.elapsedMs;
  }

  /** What AWS does with a chain of self-invocations; null while nobody has been asked, `unknown` when the answer did not come in time. */
  get recursion(): RecursionSetting | null {
    return this.#recursion ?? (this.#asked === undefined ? null : 'unknown');
  }

  /** Whether it was this invocation that found it out. */
  get isRecursionNews(): boolean {
    return this.#deps.setting === null && this.recursion !== null;
  }

  /** Whether the channels' code is still to be loaded before work that may last into the safe window. In it, the hand-off loads what it uses. */
  mustLoad({ elapsedMs, remainingMs }: TimeLook): boolean {
    if (this.#isLoadOver) return false;
    const budgetMs = remainingMs - this.#deps.safeMs;
    return budgetMs > 0 && (elapsedMs - this.#startedMs >= loadAfterMs || budgetMs <= loadAfterMs);
  }

  /** Loads the code of every channel, without a call, and waits for it, at most half the time until the safe window. */
  async load(): Promise<void> {
    const { budget, safeMs, collaborators } = this.#deps;
    this.#loaded ??= this.#loadAll();
    const withinMs = (budget.remainingMs() - safeMs) / 2;
    await inTime(collaborators.timer, withinMs, this.#loaded, () => undefined);
    this.#isLoadOver = true;
  }

  /** One after the other, so that each gives the event loop back. */
  async #loadAll(): Promise<void> {
    for (const sender of this.#deps.collaborators.senders) {
      try {
        await sender.load?.();
      } catch {
        // A package that is missing is said by what needs it.
      }
    }
  }

  /** Loads and connects the first channel that can be prepared. Sending tries again what fails here. */
  begin(): void {
    this.#prepared ??= this.#prepare(this.#readSignal());
    this.ask();
  }

  /** Asks once per execution, as soon as there is to be a second invocation, and in the background. */
  ask(): void {
    const { collaborators, setting } = this.#deps;
    if (this.#asked !== undefined || setting !== null) return;
    const sender = collaborators.senders.find(canTellRecursion);
    if (sender === undefined) return;
    this.#asked = this.#readRecursion(sender, this.#readSignal()).then((answer) => {
      this.#recursion = answer;
    });
  }

  /**
   * Waits a little for the answer, before a hand-off: it is asked for once an execution. A continuation that is held back anyway has the
   * time to ask first.
   */
  async learnRecursion(isHeldBack: boolean): Promise<void> {
    const { budget, safeMs, collaborators } = this.#deps;
    const hasTime = isHeldBack && budget.remainingMs() > safeMs;
    if (hasTime) this.ask();
    if (this.#asked === undefined || this.#recursion !== null) return;
    const withinMs = hasTime
      ? answerWithinMs
      : Math.min(lateAnswerWithinMs, budget.remainingMs() * lateAnswerShare);
    await inTime(collaborators.timer, withinMs, this.#asked, () => undefined);
  }

  /** Leaves nothing alive. */
  async close(): Promise<void> {
    this.#background?.abort();
    await Promise.all([this.#prepared, this.#asked]);
  }

  #readSignal(): AbortSignal {
    this.#background ??= new AbortController();
    return this.#background.signal;
  }

  async #prepare(signal: AbortSignal): Promise<void> {
    const { collaborators, context, logger } = this.#deps;
    for (const sender of collaborators.senders) {
      try {
        return await untilAborted(signal, () => sender.prepare?.(context, signal));
      } catch (error) {
        logger.warn('channel cannot be prepared', { channel: sender.channel, error: describeError(error) });
      }
    }
  }

  async #readRecursion(sender: ContinuationSender, signal: AbortSignal): Promise<RecursionSetting> {
    const { context, logger } = this.#deps;
    try {
      return (await untilAborted(signal, () => sender.readRecursion?.(context, signal))) ?? 'unknown';
    } catch (error) {
      logger.debug('recursion setting cannot be read', {
        channel: sender.channel,
        error: describeError(error),
      });
      return 'unknown';
    }
  }
}

function canTellRecursion({ readRecursion }: ContinuationSender): boolean {
  return readRecursion !== undefined;
}

/** Nothing may depend on a sender that ignores the signal: the invocation has to return. The signal is listened to before the sender does. */
function untilAborted<Value>(
  signal: AbortSignal,
  ask: () => Promise<Value> | undefined,
): Promise<Value | undefined> {
  const ended = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  return Promise.race([ask(), ended]);
}
