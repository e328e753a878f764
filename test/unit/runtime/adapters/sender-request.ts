import type { ContinuationSender } from '../../../../src';
import { fakeLambdaContext } from '../../../../src/testing';

type Request = Parameters<ContinuationSender['send']>[0];

/** A request to a sender, complete but for what a test is about. */
export function senderRequest(parts: Partial<Request> = {}): Request {
  const context = fakeLambdaContext({ clock: { now: () => 0 } });
  return {
    body: '{"lambdaBaton":{}}',
    executionId: 'execution-1',
    invocation: 2,
    context,
    timeoutMs: 2_000,
    ...parts,
  };
}

/** What the promise is rejected with. */
export async function catchError(
  promise: Promise<unknown>,
): Promise<Error & { details: Record<string, unknown> }> {
  try {
    await promise;
  } catch (error) {
    return error as Error & { details: Record<string, unknown> };
  }
  throw new Error('The promise was fulfilled.');
}
