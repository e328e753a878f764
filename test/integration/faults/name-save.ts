/** Says what a write is for, from the record that is written. */
export function nameSave(head: string): string {
  const { writeCount, invocation, handedOffTo, outcome, continuation } = JSON.parse(
    head.slice(head.indexOf(' ')),
  );
  if (writeCount === 0) return `claim ${invocation}`;
  if (outcome !== null) return 'outcome';
  return handedOffTo === null ? `checkpoint ${continuation.safePointCount}` : `hand-off to ${handedOffTo}`;
}
