import { recursionLimit } from '../core/execution/chain';
import type { Execution } from '../core/execution/execution';
import {
  allowRecursion,
  describeDropped,
  describeParked,
  redriveCommand,
} from '../core/execution/failure-texts';
import { describeError } from '../core/record/describe-error';
import type { Invocation } from './invocation';
import { summarise } from './tell';

/** Keeps an execution that AWS would stop where a redrive finds it, and lets the delivery fail, so that alarms see it. */
export async function parkExecution(
  invocation: Invocation,
  next: Execution,
  cause?: unknown,
): Promise<never> {
  const { journal, checkpoint, context, emitter, plan } = invocation;
  await journal?.park(next, checkpoint);
  const error = describeParked(plan, next, context.functionName, cause);
  invocation.ending = 'parked';
  emitter.emit('execution.parked', {
    ...summarise(invocation),
    redrive: redriveCommand(next.executionId, context.functionName),
    error: describeError(error),
  });
  throw error;
}

/** Without a store nothing can be parked: the delivery fails, and its dead letter holds the execution. AWS would drop it without a word. */
export function refuseRecursion(
  { context, logger, plan }: Invocation,
  next: Execution,
  facts: object,
): never {
  const error = describeDropped(plan, next, context.functionName);
  logger.error('execution cannot be handed over', { ...facts, error: describeError(error) });
  throw error;
}

/** Said by the first hand-off that knows. */
export function warnOfRecursion({ context, preparation, logger }: Invocation, next: Execution): void {
  if (next.chain.setting !== 'terminate' || !preparation.isRecursionNews) return;
  logger.warn(
    `AWS will stop this execution after about ${recursionLimit} invocations: the recursion setting of the function is Terminate`,
    {
      fix: allowRecursion(context.functionName),
    },
  );
}
