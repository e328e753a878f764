import { InvalidDirectiveError } from '../../../errors';
import type { JobPlan } from './job-plan';

/** The error for what needs a checkpoint store, where there is none. */
export function needsStoreError(plan: JobPlan, method: string, what: string): InvalidDirectiveError {
  return new InvalidDirectiveError({
    problem: `${method} of job ${plan.name} used ${what}, which needs a checkpoint store, and there is none.`,
    fix: 'Set BATON_TABLE, BATON_BUCKET or BATON_DIRECTORY, or provide CHECKPOINT_STORE.',
    details: { method },
  });
}

/** The error for a name that no signal can have. */
export function signalNameError(plan: JobPlan, method: string): InvalidDirectiveError {
  return new InvalidDirectiveError({
    problem: `${method} of job ${plan.name} named a signal by what is no name of one.`,
    fix: 'Name the signal by 1 to 64 letters, digits, dots, underscores, colons or hyphens.',
    details: { method },
  });
}

const signalName = /^[A-Za-z0-9._:-]{1,64}$/;

/** Says whether a value can be the name of a signal. */
export function isSignalName(name: unknown): name is string {
  return typeof name === 'string' && signalName.test(name);
}
