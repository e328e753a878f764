/**
 * Which messages of a batch have failed, by the function's answer with `ReportBatchItemFailures` on.
 * Nothing (no answer, no list, an empty list) is success. Whatever AWS cannot read, and an id that is not in the batch, fails them all.
 */
export function readFailures(response: string, messageIds: readonly string[]): ReadonlySet<string> {
  const all = new Set(messageIds);
  const answer = parse(response);
  if (answer === undefined) return all;
  if (answer === null) return new Set();
  if (typeof answer !== 'object') return all;
  const failures = (answer as { batchItemFailures?: unknown }).batchItemFailures ?? [];
  if (!Array.isArray(failures)) return all;
  const ids = failures.map((failure: { itemIdentifier?: unknown } | null) => failure?.itemIdentifier);
  return ids.every((id): id is string => typeof id === 'string' && all.has(id)) ? new Set(ids) : all;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text || 'null');
  } catch {
    return undefined;
  }
}
