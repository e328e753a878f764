import { isChainSpent, recursionLimit } from './core/chain';
import { describeError } from './core/describe-error';
import type { Execution } from './core/execution';
import { allowRecursion, describeParked, redriveCommand } from './core/verdicts';
import type { Invocation } from './invocation';

/** Keeps an execution that AWS would stop where a redrive finds it, and lets the delivery fail, so that alarms see it. */
export async function parkExecution(
  { journal, checkpoint, context, logger, plan }: Invocation,
  next: Execution,
  facts: object,
  cause?: unknown,
): Promise<never> {
  await journal?.park(next, checkpoint);
  const error = describeParked(plan, next, context.functionName, cause);
  logger.error('execution parked', {
    ...facts,
    redrive: redriveCommand(next.executionId, context.functionName),
    error: describeError(error),
  });
  throw error;
}

/** The first hand-off that knows says it; without a store, where nothing can be parked, those that AWS may drop say it again. */
export function warnOfRecursion({ context, isRecursionNews, logger }: Invocation, next: Execution): void {
  const isSpent = isChainSpent(next);
  if (next.chain.setting !== 'terminate' || !(isRecursionNews || isSpent)) return;
  const message = isSpent ? 'AWS may drop this continuation' : `AWS will stop this execution after about ${recursionLimit} invocations`;
  logger[isSpent ? 'error' : 'warn'](`${message}: the recursion setting of the function is Terminate`, {
    cure: allowRecursion(context.functionName),
  });
}
