import type { JobFault } from '../../errors';
import { isPlainObject } from '../is-plain-object';
import { decodeFault } from './encode-fault';
import { findNearestName } from './nearest-name';
import { show } from './show';
import { validateByRules } from './validate-by-rules';

/** What is checked, and where faults are added. */
export interface OptionCheck {
  /** `@Step on Reconcile.reconcilePage`: what every problem begins with. */
  readonly where: string;
  /** The option that holds these options (`retry`), when they are not the decorator's own. */
  readonly within?: string;
  readonly faults: JobFault[];
}

/**
 * Checks options against a class of rules and returns a copy of those that are valid.
 *
 * All that is wrong is added to `faults`: no plain object, names that do not exist, values that a rule refuses.
 */
export function checkOptions(Rules: new () => object, given: unknown, { where, within, faults }: OptionCheck): Record<string, unknown> {
  if (given === undefined) return {};
  const report = ({ problem, cure }: JobFault) => faults.push({ problem: `${where}: ${within ? `${within}.` : ''}${problem}`, cure });
  const subject = within ?? 'the options';
  const copy = copyOptions(given);
  if (copy === undefined) {
    const problem = `${where}: ${subject} (${show(given)}) must be a plain object that can be read.`;
    faults.push({ problem, cure: `Write ${subject === within ? `${within}: { … }` : 'the options as { … }'}.` });
    return {};
  }
  const rules = new Rules();
  const names = Object.keys(rules);
  for (const name of Object.keys(copy)) if (!names.includes(name)) report(describeUnknownName(name, names));
  const known = Object.fromEntries(names.flatMap((name) => (copy[name] === undefined ? [] : [[name, copy[name]]])));
  for (const [name, message] of validateByRules(Object.assign(rules, known))) {
    report(decodeFault(message));
    delete known[name];
  }
  return known;
}

function copyOptions(given: unknown): Record<string, unknown> | undefined {
  try {
    return isPlainObject(given) ? Object.assign(Object.create(null), given) : undefined;
  } catch {
    return undefined;
  }
}

function describeUnknownName(name: string, names: readonly string[]): JobFault {
  const nearest = findNearestName(name, names);
  const problem = `${/^\w+$/.test(name) ? name : show(name)} is not an option${nearest ? `; did you mean ${nearest}?` : '.'}`;
  return { problem, cure: nearest ? `Write ${nearest} in place of ${name}.` : `Remove it, or use one of ${names.join(', ')}.` };
}
