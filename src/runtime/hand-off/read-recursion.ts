import type { RecursionSetting } from '../core/execution/chain';
import { describeError } from '../core/record/describe-error';
import type { Context, ContinuationSender, Logger } from '../ports';

/** Asks a channel what AWS does with a chain of self-invocations, until `signal` aborts. Never throws. */
export async function readRecursion(
  sender: ContinuationSender,
  context: Context,
  logger: Logger,
  signal: AbortSignal,
): Promise<RecursionSetting> {
  // Nothing may depend on a sender that ignores the signal: the invocation has to return.
  const ended = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  try {
    return (await Promise.race([sender.readRecursion?.(context, signal), ended])) ?? 'unknown';
  } catch (error) {
    logger.debug('recursion setting cannot be read', {
      channel: sender.channel,
      error: describeError(error),
    });
    return 'unknown';
  }
}
