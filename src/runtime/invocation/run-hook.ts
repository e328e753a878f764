import { isDirective, misplacedDirectiveError } from '../core/execution/directives';
import type { KeyedUnit } from '../core/execution/idempotency-key';
import type { HookPlan } from '../core/execution/job-plan';
import { describeError, type ErrorRecord } from '../core/record/describe-error';
import { Attempt, type AttemptHost, type Ending } from '../step/attempt';
import { AttemptContext, type StepContext } from '../step/step-context';
import type { Invocation } from './invocation';
import { tellLate } from './tell';

/** The hooks that may not change the course of things, and what their keys are for. */
const units = {
  onCancel: 'cancel',
  onFailure: 'failure',
  onHandoff: 'handoff',
  onResume: 'resume',
} as const satisfies {
  [Hook in keyof HookPlan]?: KeyedUnit;
};

type TellingHook = keyof typeof units;

/**
 * Runs a hook that may not change the course of things. What it throws is logged, and its changes to the state undone;
 * at the hard edge it is abandoned.
 *
 * @returns whether it ran to its end.
 */
export async function runHook(
  invocation: Invocation,
  hook: TellingHook,
  readParameters: (ctx: StepContext) => readonly unknown[] = (ctx) => [ctx],
): Promise<boolean> {
  const method = invocation.plan.hooks[hook];
  if (method === undefined) return false;
  if (!hasTime(invocation)) {
    invocation.logger.warn('hook skipped: no time left', { step: method });
    return false;
  }
  const attempt = new Attempt();
  const ctx = new AttemptContext(invocation, invocation.execution, method, attempt, units[hook]);
  invocation.watchdog.watch(attempt);
  const ending = await attempt.run({
    ...hostOf(invocation, method),
    call: () => invocation.job.call(method, readParameters(ctx)),
    tellLate: (error) => tellLate(invocation, attempt, method, error),
  });
  attempt.end();
  invocation.watchdog.watch(undefined);
  const error = findFailure(invocation, method, ending);
  if (error === undefined) return true;
  invocation.logger.warn('hook failed', { step: method, error });
  invocation.rollBack();
  return false;
}

/** Like {@link runHook}; the state that the hook leaves behind counts from now on. */
export async function runStatefulHook(invocation: Invocation, hook: TellingHook): Promise<void> {
  if (!(await runHook(invocation, hook))) return;
  try {
    invocation.passSafePoint(invocation.execution);
  } catch (error) {
    invocation.logger.warn('hook failed', { step: invocation.plan.hooks[hook], error: describeError(error) });
    invocation.rollBack();
  }
}

function hasTime(invocation: Invocation): boolean {
  return invocation.remainingMs() > invocation.plan.reserveMs;
}

/** The `yield`s of a hook are no safe points, and steer nothing. They let the event loop turn, so that the hard edge is seen. */
function hostOf(invocation: Invocation, method: string): Pick<AttemptHost, 'passClosingYield' | 'passYield'> {
  const passClosingYield = async (): Promise<boolean> => {
    await invocation.yieldToEventLoop();
    return hasTime(invocation);
  };
  const passYield = (value: unknown): Promise<boolean> => {
    if (isDirective(value)) throw misplacedDirectiveError(invocation.plan, method, value);
    return passClosingYield();
  };
  return { passYield, passClosingYield };
}

function findFailure({ plan }: Invocation, method: string, ending: Ending): ErrorRecord | undefined {
  switch (ending.kind) {
    case 'returned':
      return isDirective(ending.value)
        ? describeError(misplacedDirectiveError(plan, method, ending.value))
        : undefined;
    case 'threw':
    case 'broken':
      return describeError(ending.error);
    case 'abandoned':
    case 'stopped':
      return { name: 'Abandoned', message: 'no time left' };
  }
}
