import type { DoctorFacts, PermissionFacts } from '../facts';
import type { Finding } from '../finding';
import { approve, refuse } from '../finding';
import { checkKnown } from '../reading';

const fix =
  'Grant lambda:InvokeFunction on the unqualified ARN and on ARN:*, since neither says anything about the other.';

/** Checks whether the function may invoke itself, as far as that can be seen. */
export function checkPermissions({ permissions, isLocal }: DoctorFacts): readonly Finding[] {
  return checkKnown(permissions, (known) => known.map((permission) => check(permission, isLocal)));
}

function check({ resource, isAllowed, by }: PermissionFacts, isLocal: boolean): Finding {
  if (by === 'policy') {
    if (isAllowed) return approve('permissions', `The function may invoke ${resource}.`);
    return refuse('permissions', `No policy lets the function invoke ${resource}.`, fix);
  }
  if (!isAllowed)
    return refuse(
      'permissions',
      `A dry run of Invoke on ${resource} was refused to the credentials used here.`,
      fix,
    );
  const allowed = approve(
    'permissions',
    `A dry run of Invoke on ${resource} was allowed to the credentials used here.`,
  );
  return isLocal
    ? allowed
    : { ...allowed, fix: "To be sure of the function, run baton doctor with its role's credentials." };
}
