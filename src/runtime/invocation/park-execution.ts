import { dropSlot } from '../core/execution/apply-among';
import type { Execution } from '../core/execution/execution';
import {
  allowRecursion,
  describeDropped,
  describeParked,
  redriveCommand,
} from '../core/execution/failure-texts';
import { recursionLimit } from '../core/execution/line';
import { describeError } from '../core/record/describe-error';
import { tellWaiting } from './end-execution';
import type { Invocation } from './invocation';
import { summarise } from './tell';

/** Keeps an execution that AWS would stop where a redrive finds it, and lets the delivery fail, so that alarms see it. */
export async function parkExecution(
  invocation: Invocation,
  next: Execution,
  cause?: unknown,
): Promise<never> {
  const { journal, kept, context, emitter, plan } = invocation;
  await journal?.park(dropSlot(next), kept);
  await leaveSlots(invocation);
  const error = describeParked(plan, next, context.functionName, cause);
  invocation.ending = 'parked';
  emitter.emit('execution.parked', {
    ...summarise(invocation),
    redrive: redriveCommand(next.executionId, context.functionName),
    error: describeError(error),
  });
  throw error;
}

/** It waits for a person: others may have its slot meanwhile. Whoever finds none free sees that it is parked. */
async function leaveSlots(invocation: Invocation): Promise<void> {
  if (invocation.execution.among?.slot === undefined) return;
  try {
    await tellWaiting(invocation);
  } catch (error) {
    invocation.logger.warn('the slot of a parked execution is given on later', {
      error: describeError(error),
    });
  }
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
