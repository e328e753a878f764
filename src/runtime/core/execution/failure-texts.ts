import { HandOffFailedError, InvalidJobError } from '../../../errors';
import type { Execution } from './execution';
import type { JobPlan } from './job-plan';
import { recursionLimit } from './line';

/** An execution that AWS would stop, kept where a redrive finds it. */
export function describeParked(
  plan: JobPlan,
  { executionId, invocation }: Pick<Execution, 'executionId' | 'invocation'>,
  functionName: string,
  cause?: unknown,
) {
  return new HandOffFailedError({
    problem: `Execution ${executionId} of job ${plan.name} is parked before invocation ${invocation}: AWS ends a chain of about ${recursionLimit} invocations of one function by each other, as the recursion setting of ${functionName} is Terminate.`,
    fix: `${allowRecursion(functionName)}; then: ${redriveCommand(executionId, functionName)}`,
    details: { channel: 'lambda', failure: 'recursion' },
    cause,
  });
}

/** An execution that AWS would stop, and no store to park it in. */
export function describeDropped(
  plan: JobPlan,
  { executionId, invocation }: Pick<Execution, 'executionId' | 'invocation'>,
  functionName: string,
) {
  return new HandOffFailedError({
    problem: `Execution ${executionId} of job ${plan.name} cannot go on with invocation ${invocation}: AWS ends a chain of about ${recursionLimit} invocations of one function by each other, as the recursion setting of ${functionName} is Terminate, and there is no store to park it in.`,
    fix: `${allowRecursion(functionName)}; then send the event of its dead letter again. A checkpoint store would keep what was done.`,
    details: { channel: 'lambda', failure: 'recursion' },
  });
}

/** The command that lets a function invoke itself as often as it needs. */
export function allowRecursion(functionName: string): string {
  return `aws lambda put-function-recursion-config --function-name ${functionName} --recursive-loop Allow`;
}

/** The command that lets an execution go on. */
export function redriveCommand(executionId: string, functionName: string): string {
  return `baton redrive ${executionId} --function ${functionName}`;
}

/** A wait that is longer than a whole invocation, and no queue to wait in. */
export function unreachableWaitError(
  plan: JobPlan,
  delayMs: number,
  freshBudgetMs: number,
): HandOffFailedError {
  return new HandOffFailedError({
    problem: `Job ${plan.name} has to wait ${delayMs} ms, an invocation has ${Math.max(0, Math.floor(freshBudgetMs))} ms, and there is no queue to wait in.`,
    fix: 'Set BATON_QUEUE_URL to a standard SQS queue that triggers this function (a FIFO queue cannot delay single messages), or BATON_SCHEDULER_ROLE_ARN.',
    details: { channel: 'sqs', failure: 'refused' },
  });
}

/** A cycle in which every step is `once` and `@Terminate` does not end the execution: it would spin for ever. */
export function endlessCycleError(plan: JobPlan, execution: Execution): InvalidJobError {
  return new InvalidJobError(plan.name, [
    {
      problem: `Job ${plan.name} has nothing to run in cycle ${execution.cycle}: every step is once, and @Terminate ${plan.terminate.method} is not true.`,
      fix: `Take "once" off a step, or let ${plan.terminate.method} answer true after the first cycle.`,
    },
  ]);
}
