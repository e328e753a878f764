import type { ErrorRecord } from '../runtime/core/record/describe-error';

/** An error as it was thrown, or made of what the log has of it. */
export function rebuildError(error: unknown): unknown {
  if (error instanceof Error || !isRecord(error)) return error;
  const { name, message, code, stack, cause, errors } = error;
  const rebuilt = new Error(message, cause === undefined ? undefined : { cause: rebuildError(cause) });
  return Object.assign(rebuilt, {
    name,
    ...(code !== undefined && { code }),
    ...(stack !== undefined && { stack }),
    ...(errors !== undefined && { errors: errors.map(rebuildError) }),
  });
}

function isRecord(error: unknown): error is ErrorRecord {
  return typeof error === 'object' && error !== null && typeof (error as ErrorRecord).message === 'string';
}
