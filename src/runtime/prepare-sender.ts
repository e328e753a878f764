import { describeError } from './core/describe-error';
import type { Context, ContinuationSender, Logger } from './ports';

/** Loads and connects the first channel that can be prepared, until `signal` aborts. Never throws: sending tries again. */
export async function prepareSender(
  senders: readonly ContinuationSender[],
  context: Context,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  for (const sender of senders) {
    try {
      return await sender.prepare?.(context, signal);
    } catch (error) {
      if (signal.aborted) return;
      logger.warn('channel cannot be prepared', { channel: sender.channel, error: describeError(error) });
    }
  }
}
