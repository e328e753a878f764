import { InvalidInputError } from '../../errors';

/**
 * A copy of a document as JSON sees it: ours to freeze, and the same in every invocation.
 *
 * @throws InvalidInputError when JSON cannot express it.
 */
export function copyJson(document: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(document) ?? 'null');
  } catch (cause) {
    throw describeNotJson(cause);
  }
}

/** The error for an input that no JSON text can give. */
export function describeNotJson(cause: unknown): InvalidInputError {
  return new InvalidInputError({
    problem: 'The start event is not a JSON document.',
    cure: 'Send plain JSON: no cycles, no BigInt, at most a few thousand levels deep.',
    details: { job: '', faults: ['not JSON'] },
    cause,
  });
}
