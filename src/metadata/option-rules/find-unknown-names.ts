import type { JobFault } from '../../errors';
import { findNearestName } from './nearest-name';
import { show } from './show';

/** A class whose fields are the names of options and whose decorators are the rules for them. */
export type OptionRules = new () => object;

/** Finds the names that no option has: misspelt, a level too high, or made up. */
export function findUnknownNames(
  given: readonly string[],
  names: readonly string[],
  inner: Readonly<Record<string, OptionRules>>,
): readonly JobFault[] {
  return given.filter((name) => !names.includes(name)).map((name) => describeUnknownName(name, names, inner));
}

function describeUnknownName(
  name: string,
  names: readonly string[],
  inner: Readonly<Record<string, OptionRules>>,
): JobFault {
  const shown = /^\w+$/.test(name) ? name : show(name);
  const holder = Object.keys(inner).find((option) =>
    Object.hasOwn(new (inner[option] as OptionRules)(), name),
  );
  if (holder) return { problem: `${name} belongs in ${holder}.`, fix: `Write ${holder}: { ${name}: … }.` };
  const nearest = findNearestName(name, names);
  if (nearest)
    return {
      problem: `${shown} is not an option; did you mean ${nearest}?`,
      fix: `Write ${nearest} in place of ${shown}.`,
    };
  return { problem: `${shown} is not an option.`, fix: `Remove it, or use one of ${names.join(', ')}.` };
}
