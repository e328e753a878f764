import 'reflect-metadata';

/** The hooks that a job may have, by the decorator that declares them. */
export const hookDecorators = [
  'OnStart',
  'OnResume',
  'OnHandoff',
  'OnComplete',
  'OnFailure',
  'OnCancel',
  'OnChildEnd',
] as const;

/** A decorator that declares a hook. */
export type HookDecorator = (typeof hookDecorators)[number];

/** Every decorator of lambda-baton. */
export type DecoratorName = 'LongRunning' | 'Step' | 'State' | 'Terminate' | 'OnSignal' | HookDecorator;

/** What a decorator was found on. */
export type Placement = 'accessor' | 'class' | 'field' | 'method' | 'parameter' | 'static member';

/** How a decorator was applied so wrongly that its options cannot be known. */
type Misuse = 'no-parentheses' | 'standard-decorators';

/**
 * What one use of a decorator says, unchecked: decorators only write it down, `readJob` checks it.
 *
 * Plain data without identity, because another copy of this package may read it.
 */
export interface Declaration {
  readonly decorator: DecoratorName;
  /** Undefined when the decorator stands on the class itself or on a parameter of its constructor. */
  readonly member: string | symbol | undefined;
  readonly placement: Placement;
  /** As the user gave them; undefined when there were none. */
  readonly options: unknown;
  readonly misuse?: Misuse;
}

/**
 * Tells from the arguments of a legacy decorator what it stands on.
 *
 * Compilers differ for fields: tsc and esbuild pass no descriptor, swc and babel one with an `initializer`.
 */
export function findPlacement(target: unknown, member: unknown, descriptor: unknown): Placement {
  if (typeof descriptor === 'number') return 'parameter';
  if (typeof target === 'function') return member === undefined ? 'class' : 'static member';
  const { get, set, value } = (descriptor ?? {}) as PropertyDescriptor;
  if (get !== undefined || set !== undefined) return 'accessor';
  return typeof value === 'function' ? 'method' : 'field';
}

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
