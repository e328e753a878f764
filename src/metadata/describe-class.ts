/** How a class is called in messages. */
export interface ClassDescription {
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
