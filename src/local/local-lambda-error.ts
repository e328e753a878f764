import { BatonError, type BatonErrorParts } from '../errors/baton-error';
import { ApiError } from './api/operation';

/** The local Lambda was asked for something it cannot do: a missing package, a wrong option, an unknown name. Never thrown by a handler. */
export class LocalLambdaError extends BatonError<{ about: string }> {
  override readonly name = 'LocalLambdaError';
  readonly code = 'LOCAL_LAMBDA';

  constructor(about: string, parts: Omit<BatonErrorParts, 'details'>) {
    super({ ...parts, details: { about } });
  }
}

/** What AWS would answer over the wire becomes an error with a fix here. */
export function toLocalError(about: string, cause: unknown): unknown {
  if (!(cause instanceof ApiError)) return cause;
  return new LocalLambdaError(about, {
    problem: `${cause.type}: ${cause.message}`,
    fix: 'Check the name, the qualifier and the limits.',
    cause,
  });
}
