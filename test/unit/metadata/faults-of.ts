import { InvalidJobError } from '../../../src/errors';
import { readJob } from '../../../src/metadata/read-job';
import type { JobClass } from '../../../src/runtime/core/execution/job-plan';

/** Reads a definition that must be wrong and lists its faults as the user sees them. */
export function faultsOf(jobClass: unknown): string[] {
  try {
    readJob(jobClass as JobClass);
  } catch (error) {
    if (!(error instanceof InvalidJobError)) throw error;
    return error.details.faults.map(({ problem, fix }) => `${problem}\n→ ${fix}`);
  }
  return [];
}
