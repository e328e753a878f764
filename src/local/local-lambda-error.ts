import { BatonError, type BatonErrorParts } from '../errors/baton-error';

/** The local Lambda was asked for something it cannot do: a missing package, a wrong option, an unknown name. Never thrown by a handler. */
export class LocalLambdaError extends BatonError<{ about: string }> {
  override readonly name = 'LocalLambdaError';
  readonly code = 'LOCAL_LAMBDA';

  constructor(about: string, parts: Omit<BatonErrorParts, 'details'>) {
    super({ ...parts, details: { about } });
  }
}
