import type { JobFault } from '../errors';
import type { Declaration, Placement } from './declaration';

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
export function findMemberFault({ decorator, member, placement, misuse }: Declaration): JobFault | undefined {
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
