import type { JobFault } from '../../errors';

const separator = '\n→ ';

/** Writes a fault as the one string that a class-validator message can be. */
export function encodeFault(fault: JobFault | undefined): string {
  return fault ? `${fault.problem}${separator}${fault.fix}` : '';
}

/** Reads back what {@link encodeFault} wrote. Problems show values escaped, so they never hold the separator. */
export function decodeFault(message: string): JobFault {
  const [problem = '', fix = ''] = message.split(separator, 2);
  return { problem, fix };
}
