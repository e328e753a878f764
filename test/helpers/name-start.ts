/** A start's event in an envelope that says the execution's id; an envelope and an SQS batch stay what they are. */
export function nameStart(event: unknown, executionId: string): unknown {
  const isNamed =
    typeof event === 'object' && event !== null && ('lambdaBaton' in event || 'Records' in event);
  return isNamed ? event : { lambdaBaton: { v: 1, start: { executionId, input: event } } };
}
