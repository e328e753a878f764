import type { JobFault } from '../errors';
import type { Member } from './collect-members';

/** Finds a method that a subclass has replaced by something that cannot be called. Runs no getter. */
export function findOverrideFault(
  jobClass: object,
  { name, declaration, where }: Member,
): JobFault | undefined {
  if (declaration.decorator === 'State') return undefined;
  const descriptor = findDescriptor((jobClass as { prototype: object }).prototype, name);
  if (typeof descriptor?.value === 'function') return undefined;
  return {
    problem: `${where} is no method any more: a subclass has replaced it by something else.`,
    fix: `Override ${name} with a method, or rename what replaces it.`,
  };
}

function findDescriptor(prototype: object, name: string): PropertyDescriptor | undefined {
  for (let current: object | null = prototype; current !== null; current = Object.getPrototypeOf(current)) {
    const descriptor = Object.getOwnPropertyDescriptor(current, name);
    if (descriptor) return descriptor;
  }
  return undefined;
}
