import { Attempt } from './attempt';
import { describeError } from './core/describe-error';
import type { Invocation } from './invocation';
import { AttemptContext, type StepContext } from './step-context';

/**
 * Runs a hook that may not change the course of things. What it throws is logged, and its changes to the state undone;
 * at the hard edge it is abandoned.
 *
 * @returns whether it ran to its end.
 */
export async function runHook(
  invocation: Invocation,
  method: string | undefined,
  readParameters: (ctx: StepContext) => readonly unknown[] = (ctx) => [ctx],
): Promise<boolean> {
  if (method === undefined) return false;
  if (invocation.remainingMs() <= invocation.plan.reserveMs) {
    invocation.logger.warn('hook skipped: no time left', { step: method });
    return false;
  }
  const attempt: Attempt = new Attempt((error) => invocation.reportLate(attempt, method, error));
  const ctx = new AttemptContext(invocation, invocation.execution, method, attempt);
  invocation.watchdog.watch(attempt);
  const ending = await attempt.run(() => invocation.job.call(method, ...readParameters(ctx)), keepGoing);
  invocation.watchdog.watch(undefined);
  if (ending.kind === 'returned') return true;
  const error = ending.kind === 'threw' ? describeError(ending.error) : { name: 'Abandoned', message: 'no time left' };
  invocation.logger.warn('hook failed', { step: method, error });
  invocation.rollBack(ending.kind === 'abandoned');
  return false;
}

/** Like {@link runHook}; the state that the hook leaves behind counts from now on. */
export async function runStatefulHook(invocation: Invocation, method: string | undefined): Promise<void> {
  if (!(await runHook(invocation, method))) return;
  try {
    invocation.passSafePoint(invocation.execution);
  } catch (error) {
    invocation.logger.warn('hook failed', { step: method, error: describeError(error) });
    invocation.rollBack();
  }
}

const keepGoing = () => true;
