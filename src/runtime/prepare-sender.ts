import { describeError } from './core/describe-error';
import type { Context, ContinuationSender, Logger } from './ports';

/** Loads and connects the first channel that can be prepared. Never throws: sending tries again. */
export async function prepareSender(senders: readonly ContinuationSender[], context: Context, logger: Logger): Promise<void> {
  for (const sender of senders) {
    try {
      await sender.prepare?.(context);
      return;
    } catch (error) {
      logger.warn('channel cannot be prepared', { channel: sender.channel, error: describeError(error) });
    }
  }
}
