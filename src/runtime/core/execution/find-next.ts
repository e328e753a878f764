import { type Execution, noStep } from './execution';
import type { JobPlan } from './job-plan';

/** A place in the plan. */
export type Place = Pick<Execution, 'cycle' | 'phase' | 'stepIndex'>;

/** The place after this step; after the last one the next cycle begins. */
export function findNext(plan: JobPlan, execution: Execution): Place {
  const stepIndex = findStep(plan, execution.stepIndex + 1, execution.cycle);
  if (stepIndex !== noStep) return { cycle: execution.cycle, stepIndex, phase: phaseBeforeStep(plan) };
  const cycle = execution.cycle + 1;
  return { cycle, stepIndex: findStep(plan, 0, cycle), phase: 'check' };
}

export function phaseBeforeStep(plan: JobPlan): 'check' | 'step' {
  return plan.terminate.check === 'step' ? 'check' : 'step';
}

function findStep(plan: JobPlan, from: number, cycle: number): number {
  for (let index = from; index < plan.steps.length; index += 1) {
    if (cycle === 1 || plan.steps[index]?.once !== true) return index;
  }
  return noStep;
}
