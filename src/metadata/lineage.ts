import { type Declaration, getOwnDeclarations } from './declaration';

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

/** How a class is called in messages. */
interface ClassDescription {
  /** The class name, or an empty text. */
  readonly className: string;
  /** `class Reconcile`, or `an anonymous class`. */
  readonly label: string;
  /** `Reconcile`, or `(anonymous)`. */
  readonly name: string;
}

/** Describes a class without running its code. */
export function describeClass(jobClass: unknown): ClassDescription {
  const className = readClassName(jobClass);
  return className === ''
    ? { className, label: 'an anonymous class', name: '(anonymous)' }
    : { className, label: `class ${className}`, name: className };
}

/** A static member may be called `name` and be anything; a proxy may throw. */
function readClassName(jobClass: unknown): string {
  try {
    const given = Object.getOwnPropertyDescriptor(jobClass, 'name')?.value;
    return typeof jobClass === 'function' && typeof given === 'string' ? given : '';
  } catch {
    return '';
  }
}
