/** A chain of causes can be a cycle. */
const maxCodes = 40;

/** Codes and names from the error down to its first cause. */
export function listErrorCodes(error: unknown): string[] {
  const codes: string[] = [];
  for (
    let current = error;
    typeof current === 'object' && current !== null;
    current = (current as { cause?: unknown }).cause
  ) {
    const { code, name } = current as { code?: unknown; name?: unknown };
    for (const word of [code, name]) if (typeof word === 'string' && !codes.includes(word)) codes.push(word);
    if (codes.length > maxCodes) break;
  }
  return codes;
}
