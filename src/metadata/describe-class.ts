/** How a class is called in messages. */
export interface ClassDescription {
  /** The class name, or an empty text. */
  readonly className: string;
  /** `class Reconcile`, or `an anonymous class`. */
  readonly label: string;
  /** `Reconcile`, or `(anonymous)`. */
  readonly name: string;
}

/** Reads the name of a class without running its code: a static `name` may be anything. */
export function describeClass(jobClass: unknown): ClassDescription {
  const given = typeof jobClass === 'function' ? Object.getOwnPropertyDescriptor(jobClass, 'name')?.value : '';
  const className = typeof given === 'string' ? given : '';
  return className === ''
    ? { className, label: 'an anonymous class', name: '(anonymous)' }
    : { className, label: `class ${className}`, name: className };
}
