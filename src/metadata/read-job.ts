import { InvalidJobError, type JobFault } from '../errors';
import type { JobClass, JobPlan } from '../runtime/core/execution/job-plan';
import { isConstructor } from './declaration';
import { type Ancestor, describeClass, readLineage } from './lineage';
import { readJobOptions } from './read-job-options';
import { readMembers } from './read-members';

/**
 * Reads a job's whole definition from its decorators.
 *
 * @returns the plan, checked, complete and frozen
 * @throws {@link InvalidJobError} with everything that is wrong with the definition
 */
export function readJob(jobClass: JobClass): JobPlan {
  const faults: JobFault[] = [];
  const { plan, cause } = tryToPlan(jobClass, faults);
  if (plan === undefined || faults.length > 0)
    throw new InvalidJobError(describeClass(jobClass).name, faults, cause);
  return plan;
}

function tryToPlan(jobClass: JobClass, faults: JobFault[]): { plan?: JobPlan | undefined; cause?: unknown } {
  try {
    return { plan: planJob(jobClass, faults) };
  } catch (cause) {
    faults.push({
      problem: 'The job class cannot be read: something in it throws.',
      fix: 'Give createHandler the class itself, not a proxy of it.',
    });
    return { cause };
  }
}

function planJob(jobClass: JobClass, faults: JobFault[]): JobPlan | undefined {
  const basic = findBasicFault(jobClass);
  if (basic) {
    faults.push(basic);
    return undefined;
  }
  const lineage = readLineage(jobClass);
  if (lineage.some(usesStandardDecorators)) {
    faults.push({
      problem: `The decorators on ${describeClass(jobClass).label} were compiled as standard (TC39) decorators, which lambda-baton does not support.`,
      fix: 'Set "experimentalDecorators": true in the compilerOptions of tsconfig.json.',
    });
    return undefined;
  }
  return Object.freeze({
    jobClass,
    ...readJobOptions(jobClass, lineage, faults),
    ...readMembers(jobClass, lineage, faults),
  });
}

function findBasicFault(jobClass: unknown): JobFault | undefined {
  if (isConstructor(jobClass)) return undefined;
  const what =
    typeof jobClass === 'function'
      ? 'a function that is no class'
      : jobClass === null
        ? 'null'
        : `a value of type ${typeof jobClass}`;
  return {
    problem: `A job must be a class, but this is ${what}.`,
    fix: 'Give createHandler the class that carries @LongRunning.',
  };
}

function usesStandardDecorators({ onClass }: Ancestor): boolean {
  return onClass.some(({ misuse }) => misuse === 'standard-decorators');
}
