import type { LogEntry } from './log-entry';

/** An error as the runtime's log, or AWS's error document, tells it. */
export interface Failure {
  readonly name: string;
  /** With its cure after `→` on the second line, when it has one. */
  readonly message: string;
}

/** The error of a log entry, when it carries one. */
export function readFailure({ error }: LogEntry): Failure | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { name, message } = error as Partial<Record<keyof Failure, unknown>>;
  return { name: typeof name === 'string' ? name : 'Error', message: typeof message === 'string' ? message : '' };
}

/** An error in one line: its name and what it says, without the cure. */
export function summariseFailure({ name, message }: Failure): string {
  const [problem = ''] = message.split('\n');
  return problem === '' ? name : `${name}: ${problem}`;
}
