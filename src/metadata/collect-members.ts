import type { JobFault } from '../errors';
import type { Declaration, Placement } from './declaration';
import type { Ancestor } from './lineage';

/** A member of a job with its role, after inheritance. */
export interface Member {
  readonly name: string;
  /** The declaration that counts: the most derived one. */
  readonly declaration: Declaration;
  /** `@Step on Reconcile.reconcilePage`: what every problem with it begins with. */
  readonly where: string;
  readonly ancestor: Ancestor;
}

/**
 * Merges the members of a class and those that it extends, base class first and otherwise as written.
 *
 * A member that is declared again keeps its place and takes the new options; one that is only overridden stays what it was.
 * Every member has one role, once in each class.
 */
export function collectMembers(lineage: readonly Ancestor[], faults: JobFault[]): readonly Member[] {
  const members = new Map<string, Member>();
  for (const ancestor of lineage) {
    for (const declaration of [
      ...ancestor.onMembers,
      ...ancestor.onClass.filter(({ decorator }) => decorator !== 'LongRunning'),
    ]) {
      const where = describePlace(declaration, ancestor);
      const fault =
        findMemberFault(declaration) ??
        findClash(declaration, ancestor, members.get(String(declaration.member)));
      const name = String(declaration.member);
      if (fault) faults.push({ problem: `${where} ${fault.problem}`, fix: fault.fix });
      else members.set(name, { name, declaration, where, ancestor });
    }
  }
  return [...members.values()];
}

function findClash(
  { decorator }: Declaration,
  ancestor: Ancestor,
  earlier: Member | undefined,
): JobFault | undefined {
  if (earlier === undefined) return undefined;
  const other = earlier.declaration.decorator;
  if (other !== decorator) {
    const there = earlier.ancestor === ancestor ? '' : ` in ${earlier.ancestor.label}`;
    return {
      problem: `is @${other}${there} as well, but a member has one role.`,
      fix: `Keep @${decorator} or @${other}.`,
    };
  }
  if (earlier.ancestor !== ancestor) return undefined;
  return { problem: 'is declared twice.', fix: `Keep one @${decorator}.` };
}

function describePlace({ decorator, member, placement }: Declaration, { label, name }: Ancestor): string {
  if (placement === 'class') return `@${decorator} on ${label}`;
  if (member === undefined) return `@${decorator} in the constructor of ${label}`;
  return `@${decorator} on ${name}${typeof member === 'symbol' ? `[${String(member)}]` : `.${member}`}`;
}

const where: Readonly<Record<Placement, string>> = {
  accessor: 'a getter or setter',
  class: 'a class',
  field: 'a field',
  method: 'a method',
  parameter: 'a parameter',
  'static member': 'a static member',
};

/** Names that are no ordinary property of an object. */
const impossibleNames: readonly unknown[] = ['__proto__', 'constructor', 'prototype'];

/** Finds what is wrong with the place of a decorator: what it stands on, and how that is called. */
function findMemberFault({ decorator, member, placement, misuse }: Declaration): JobFault | undefined {
  if (misuse === 'no-parentheses') {
    const right =
      decorator === 'LongRunning' ? '@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })' : `@${decorator}()`;
    return { problem: 'has no parentheses.', fix: `Write ${right}.` };
  }
  if (decorator === 'LongRunning')
    return { problem: `stands on ${where[placement]}.`, fix: 'Move it above the class.' };
  const right = decorator === 'State' ? 'field' : 'method';
  if (placement !== right)
    return {
      problem: `stands on ${where[placement]}.`,
      fix: `Move it to ${right === 'field' ? 'a field' : 'a method'} of the instance.`,
    };
  if (typeof member === 'symbol')
    return {
      problem: 'has a symbol for a name, which no checkpoint can hold.',
      fix: `Give the ${right} a text for a name.`,
    };
  if (member?.startsWith('#'))
    return {
      problem: 'is private to the language, so lambda-baton cannot reach it.',
      fix: `Write private ${member.slice(1)} in place of ${member}.`,
    };
  if (impossibleNames.includes(member))
    return {
      problem: 'has a name that JavaScript keeps for itself.',
      fix: `Give the ${right} another name.`,
    };
  return undefined;
}
