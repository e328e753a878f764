import { describeError } from '../core/record/describe-error';
import type { Context, ContinuationSender, Logger } from '../ports';

/** Loads the code of the first channel, without a call. Never throws: preparing tries again. */
export async function loadSender([first]: readonly ContinuationSender[]): Promise<void> {
  try {
    await first?.load?.();
  } catch {
    // A package that is missing is said by what needs it.
  }
}

/** Loads and connects the first channel that can be prepared, until `signal` aborts. Never throws: sending tries again. */
export async function prepareSender(
  senders: readonly ContinuationSender[],
  context: Context,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  for (const sender of senders) {
    try {
      // Nothing may depend on a sender that ignores the signal: the invocation has to return.
      return await Promise.race([sender.prepare?.(context, signal), ended]);
    } catch (error) {
      logger.warn('channel cannot be prepared', { channel: sender.channel, error: describeError(error) });
    }
  }
}
