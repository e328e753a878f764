import { BatonError } from './baton-error';

/** One thing that is wrong with a job's definition. */
export interface JobFault {
  /** Where and what: `@LongRunning on class Reconcile: intervalMs (5000) must be smaller than safeMs (2000)`. */
  readonly problem: string;
  /** One thing to do. */
  readonly fix: string;
}

/** Everything that is wrong with a job's definition or its dependencies, in one error, when the handler is created. */
export class InvalidJobError extends BatonError<{ job: string; faults: readonly JobFault[] }> {
  override readonly name = 'InvalidJobError';
  readonly code = 'INVALID_JOB';

  constructor(job: string, faults: readonly JobFault[], cause?: unknown) {
    super({ ...describe(job, faults), details: { job, faults: Object.freeze([...faults]) }, cause });
  }
}

function describe(job: string, faults: readonly JobFault[]): { problem: string; fix?: string } {
  const [first] = faults;
  if (faults.length === 1 && first) return { problem: first.problem, fix: first.fix };
  const lines = faults.map((fault, index) => `${index + 1}. ${fault.problem}\n   → ${fault.fix}`);
  const who = job.includes(', ') ? `Jobs ${job} have` : `Job ${job} has`;
  return { problem: `${who} ${faults.length} faults:\n${lines.join('\n')}` };
}

/** A package that what is used here needs is not installed, or was left out of the bundle. */
export class MissingPackageError extends BatonError<{ packageName: string }> {
  override readonly name = 'MissingPackageError';
  readonly code = 'MISSING_PACKAGE';

  constructor(packageName: string, cause: unknown) {
    super({
      problem: `The package ${packageName} is needed here and cannot be found.`,
      fix: `Run npm install ${packageName}, and bundle again if you bundle.`,
      details: { packageName },
      cause,
    });
  }
}
