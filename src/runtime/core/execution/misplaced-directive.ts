import { InvalidDirectiveError } from '../../../errors';
import type { Directive } from './directives';
import type { JobPlan } from './job-plan';

/** The error for a directive of a method that is no step: nothing would come of it. */
export function misplacedDirectiveError(
  plan: JobPlan,
  method: string,
  directive: Directive,
): InvalidDirectiveError {
  return new InvalidDirectiveError({
    problem: `${method} of job ${plan.name} gave ${showDirective(directive)}, and only a step can steer an execution.`,
    fix: `Return it from a method with @Step, and nothing of the kind from ${method}.`,
    details: { method },
  });
}

/** As it was written. */
export function showDirective(directive: Directive): string {
  switch (directive.kind) {
    case 'go-to':
      return `goTo(${show(directive.step)})`;
    case 'wait':
      return `wait({ seconds: ${show(directive.seconds)}${directive.goTo === undefined ? '' : `, goTo: ${show(directive.goTo)}`} })`;
    case 'wait-until': {
      const date = Number.isFinite(directive.epochMs) ? `epoch ${directive.epochMs} ms` : 'an invalid date';
      return `waitUntil(${date}${directive.goTo === undefined ? '' : `, { goTo: ${show(directive.goTo)} }`})`;
    }
    case 'wait-for-signal':
      return `waitForSignal(${show(directive.name)}${directive.timeoutSeconds === undefined ? '' : `, { timeoutSeconds: ${show(directive.timeoutSeconds)} }`})`;
    case 'start-children':
      return 'startChildren(…)';
    case 'complete':
      return 'complete(…)';
  }
}

/** What a caller without types gave, whatever it is. */
function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  const isShort =
    value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean';
  return isShort ? String(value) : `a value of type ${typeof value}`;
}
