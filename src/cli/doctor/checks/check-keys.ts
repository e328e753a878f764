import type { DoctorFacts, KeyFacts } from '../facts';
import { approve, type Finding, refuse } from '../finding';
import { checkKnown } from '../reading';

/** Checks whether the function may use the customer keys of what it reads and writes. A permission for a table says nothing about its key. */
export function checkKeys({ keys }: DoctorFacts): readonly Finding[] {
  return checkKnown(keys, (known) => known.map(checkKey));
}

function checkKey({ subject, key, actions, isAllowed }: KeyFacts): Finding {
  const fix = `Grant ${actions.join(', ')} on ${key} to the role of the function.`;
  if (isAllowed === false)
    return refuse(
      'keys',
      `${subject} is encrypted with key ${key}, which no policy lets the function use.`,
      fix,
    );
  if (isAllowed) return approve('keys', `The function may use the key of ${subject}: ${key}.`);
  return {
    ...approve('keys', `${subject} is encrypted with key ${key}.`),
    fix: `If it is a key of yours: ${fix[0]?.toLowerCase()}${fix.slice(1)}`,
  };
}
