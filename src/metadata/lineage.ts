import type { Declaration } from './declaration';
import { describeClass } from './describe-class';
import { getOwnDeclarations } from './reflect';

/** One class of a job's inheritance chain with what was declared in that very class. */
export interface Ancestor {
  /** `class Reconcile`, or `an anonymous class`. */
  readonly label: string;
  /** Without `class`, for `Reconcile.step`. */
  readonly name: string;
  readonly onClass: readonly Declaration[];
  readonly onMembers: readonly Declaration[];
}

/** Lists a class and those that it extends, the base class first and the class itself last. */
export function readLineage(jobClass: object): readonly Ancestor[] {
  const chain: Ancestor[] = [];
  for (
    let current = jobClass;
    typeof current === 'function' && current !== Function.prototype;
    current = Object.getPrototypeOf(current)
  ) {
    chain.unshift(readAncestor(current));
  }
  return chain;
}

function readAncestor(ancestor: object): Ancestor {
  const { label, name } = describeClass(ancestor);
  const statics = getOwnDeclarations(ancestor);
  const prototype = (ancestor as { prototype?: unknown }).prototype;
  const members = typeof prototype === 'object' && prototype !== null ? getOwnDeclarations(prototype) : [];
  return {
    label,
    name,
    onClass: statics.filter(({ placement }) => placement === 'class'),
    onMembers: [...members, ...statics.filter(({ placement }) => placement !== 'class')],
  };
}
