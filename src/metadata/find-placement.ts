import type { Placement } from './declaration';

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
