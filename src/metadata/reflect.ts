import 'reflect-metadata';
import type { Declaration } from './declaration';

// A string and not a symbol of this module: the CJS and the ESM copy of the package must see each other's declarations.
const key = 'lambda-baton:declarations';

/**
 * Writes a declaration down on a class (for the class itself and its static members) or on a prototype (for all others).
 *
 * Always on the target itself: a list that came from the base class is never pushed to, so nothing leaks into it or into siblings.
 * Does nothing for a target that cannot carry metadata, because decorators never throw.
 */
export function addDeclaration(target: unknown, declaration: Declaration): void {
  if (!isCarrier(target)) return;
  Reflect.defineMetadata(key, [...getOwnDeclarations(target), declaration], target);
}

/** Lists what was declared on this very class or prototype, in the order it was written; nothing that is inherited. */
export function getOwnDeclarations(target: object): readonly Declaration[] {
  return (Reflect.getOwnMetadata(key, target) as readonly Declaration[] | undefined) ?? [];
}

/** Says whether `new` works on a value, without running its constructor. */
export function isConstructor(value: unknown): value is new (...args: never[]) => object {
  try {
    Reflect.construct(Object, [], value as () => void);
    return true;
  } catch {
    return false;
  }
}

function isCarrier(target: unknown): target is object {
  return typeof target === 'function' || (typeof target === 'object' && target !== null);
}
