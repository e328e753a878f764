import type { JobFault } from '../../errors';
import { findNearestName } from '../../errors/nearest-name';
import { show } from './checks';
import { decodeFault, isPlainObject, validateByRules } from './rule';

/** What is checked, and where faults are added. */
interface OptionCheck {
  /** `@Step on Reconcile.reconcilePage`: what every problem begins with. */
  readonly where: string;
  /** The option that holds these options (`retry`), when they are not the decorator's own. */
  readonly within?: string;
  /** The options that hold options, with their rules: a name of theirs that stands outside is recognised. */
  readonly inner?: Readonly<Record<string, OptionRules>>;
  readonly faults: JobFault[];
}

/**
 * Checks options against a class of rules and returns a copy of those that are valid.
 *
 * All that is wrong is added to `faults`: no plain object, names that do not exist, values that a rule refuses.
 */
export function checkOptions(
  Rules: OptionRules,
  given: unknown,
  { where, within, inner = {}, faults }: OptionCheck,
): Record<string, unknown> {
  if (given === undefined) return {};
  const copy = copyOptions(given);
  if (copy === undefined) {
    const problem = `${where}: ${within ?? 'the options'} (${show(given)}) must be a plain object that can be read.`;
    faults.push({ problem, fix: within ? `Write ${within}: { … }.` : 'Write the options as { … }.' });
    return {};
  }
  const rules = new Rules();
  const names = Object.keys(rules);
  const known = Object.fromEntries(
    names.flatMap((name) => (copy[name] === undefined ? [] : [[name, copy[name]]])),
  );
  const wrong = validateByRules(Object.assign(rules, known));
  for (const { problem, fix } of [
    ...findUnknownNames(Object.keys(copy), names, inner),
    ...[...wrong.values()].map(decodeFault),
  ]) {
    faults.push({ problem: `${where}: ${within ? `${within}.` : ''}${problem}`, fix });
  }
  return Object.fromEntries(Object.entries(known).filter(([name]) => !wrong.has(name)));
}

function copyOptions(given: unknown): Record<string, unknown> | undefined {
  try {
    return isPlainObject(given) ? Object.assign(Object.create(null), given) : undefined;
  } catch {
    return undefined;
  }
}

/** A class whose fields are the names of options and whose decorators are the rules for them. */
type OptionRules = new () => object;

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
