import { BatonError } from '../../errors';

/** Whether an error calls itself an abort, whoever was aborted. */
export function isAbortError(error: unknown): boolean {
  try {
    const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
    return name === 'AbortError' || code === 'ABORT_ERR';
  } catch {
    return false;
  }
}

/**
 * What is a failure also in the safe window: a `TerminalError`, and a mistake in the code as JavaScript itself throws it. What a library
 * throws when it is aborted is neither: clients give their errors a cause or a code, those of `fetch` among them.
 */
export function isFailureAnyway(error: unknown): boolean {
  try {
    if (BatonError.is(error)) return error.code === 'TERMINAL';
    const { name, cause, code } = error as {
      readonly name?: unknown;
      readonly cause?: unknown;
      readonly code?: unknown;
    };
    return (name === 'TypeError' || name === 'ReferenceError') && cause === undefined && code === undefined;
  } catch {
    return false;
  }
}
