import { BatonError } from '../errors/baton-error';
import type { JobFault } from '../errors/definition-errors';

/** Everything about a deployment that cannot work, in one error, at synth: before anything is deployed. */
export class InvalidDeploymentError extends BatonError<{ construct: string; faults: readonly JobFault[] }> {
  override readonly name = 'InvalidDeploymentError';
  readonly code = 'INVALID_DEPLOYMENT';

  /** @param construct path of the construct in the app */
  constructor(construct: string, faults: readonly JobFault[]) {
    super({ ...describe(construct, faults), details: { construct, faults: Object.freeze([...faults]) } });
  }
}

function describe(construct: string, faults: readonly JobFault[]): { problem: string; fix?: string } {
  const [first] = faults;
  if (faults.length === 1 && first)
    return { problem: `LongRunningFunction ${construct}: ${first.problem}`, fix: first.fix };
  const lines = faults.map((fault, index) => `${index + 1}. ${fault.problem}\n   → ${fault.fix}`);
  return { problem: `LongRunningFunction ${construct} has ${faults.length} faults:\n${lines.join('\n')}` };
}
