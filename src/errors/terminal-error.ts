import { BatonError } from './baton-error';

/**
 * Thrown by a step to say that trying again cannot help. The execution fails at once, whatever the retry policy.
 *
 * @example throw new TerminalError('Account is closed', { cause: error });
 */
export class TerminalError extends BatonError {
  override readonly name = 'TerminalError';
  readonly code = 'TERMINAL';

  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super({ problem: message, cause: options.cause });
  }
}
