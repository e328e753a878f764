import { CliError } from '../../cli-error';
import { know, missOut, type Reading } from '../reading';

const denied = new Set(['AccessDenied', 'AccessDeniedException', 'AuthorizationError', 'AuthorizationErrorException', 'Forbidden']);

/**
 * Reads something of AWS. What fails is written down, so that nobody takes it for health.
 *
 * @param what - what is read, as the reader knows it
 * @param action - the IAM action that it takes
 * @throws CliError what is no matter of reading
 */
export async function tryToRead<Value>(what: string, action: string, read: () => Promise<Value>): Promise<Reading<Value>> {
  try {
    return know(await read());
  } catch (error) {
    if (error instanceof CliError) throw error;
    const { name, message } = error as Error;
    return missOut(`${what} could not be read: ${name}: ${message.split('\n')[0]}`, chooseCure(error, action));
  }
}

/** Whether AWS knows the caller and refuses what it asks for. */
export function isDenied(error: unknown): boolean {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  return denied.has(name ?? '') || $metadata?.httpStatusCode === 403;
}

/** Whether what was asked about is not there. */
export function isMissing(error: unknown): boolean {
  const { name = '', $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  return /NotFound|NonExistentQueue|QueueDoesNotExist|NoSuchBucket/.test(name) || $metadata?.httpStatusCode === 404;
}

/** Answers `missing` for what is not there. */
export async function orMissing<Value>(reading: Promise<Value>): Promise<Value | 'missing'> {
  return reading.catch((error: unknown) => {
    if (isMissing(error)) return 'missing' as const;
    throw error;
  });
}

function chooseCure(error: unknown, action: string): string {
  if (isDenied(error)) return `Allow ${action} to the credentials used here.`;
  const [, missing] = /Cannot find (?:package|module) '(@aws-sdk\/[\w-]+)'/.exec((error as Error).message) ?? [];
  if (missing !== undefined) return `Run npm install --save-dev ${missing}.`;
  return 'Run baton doctor again; look at the network and the Region if it comes back.';
}
