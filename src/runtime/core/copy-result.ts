import { UnserializableStateError } from '../../errors';

/**
 * A copy of an execution's result as JSON sees it: what Lambda would answer.
 *
 * @throws UnserializableStateError when JSON cannot express it: a cycle, a BigInt.
 */
export function copyResult(result: unknown): unknown {
  try {
    const text = JSON.stringify(result);
    return text === undefined ? undefined : JSON.parse(text);
  } catch (cause) {
    throw new UnserializableStateError({
      problem: 'The result of the execution cannot be written as JSON.',
      cure: 'Return plain data from @OnComplete or complete(…): no cycles, no BigInt.',
      details: { path: 'result', type: typeof result },
      cause,
    });
  }
}
