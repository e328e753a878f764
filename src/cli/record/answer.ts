/** What a handler answered, as far as it is one of ours. */
export interface Answer {
  readonly status?: unknown;
  readonly executionId?: unknown;
  readonly result?: unknown;
  /** The messages that a queue has to deliver again. */
  readonly batchItemFailures?: unknown;
}

/** Reads an invocation's response. Anything that is no object is an answer without fields. */
export function readAnswer(response: string): Answer {
  try {
    const answer: unknown = JSON.parse(response);
    return typeof answer === 'object' && answer !== null ? answer : {};
  } catch {
    return {};
  }
}
