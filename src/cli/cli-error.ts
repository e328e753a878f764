import { BatonError, type BatonErrorParts } from '../errors';

/** What `baton` tells its user instead of doing what was asked: a wrong option, an unreadable event, an execution that did not complete. */
export class CliError extends BatonError<{ exitCode: number }> {
  override readonly name = 'CliError';
  readonly code = 'LOCAL_LAMBDA';

  /** @param exitCode 2 for a wrong command line, 1 for an execution that did not complete */
  constructor(parts: Omit<BatonErrorParts, 'details'>, exitCode: 1 | 2 = 2) {
    super({ ...parts, details: { exitCode } });
  }
}
