/** Reads which invocation of its execution an event is for, from 1; `undefined` when it is not to be seen. */
export function readInvocationNumber(payload: string): number | undefined {
  try {
    return readEvent(JSON.parse(payload));
  } catch {
    return undefined;
  }
}

function readEvent(event: unknown): number | undefined {
  const { lambdaBaton, Records } = (event ?? {}) as { lambdaBaton?: { continuation?: { invocation?: unknown } }; Records?: unknown };
  if (Array.isArray(Records)) return readRecord(Records[0]);
  if (lambdaBaton?.continuation === undefined) return 1;
  const { invocation } = lambdaBaton.continuation;
  return typeof invocation === 'number' ? invocation : undefined;
}

function readRecord(record: { body?: unknown } | undefined): number | undefined {
  return typeof record?.body === 'string' ? readInvocationNumber(record.body) : undefined;
}
