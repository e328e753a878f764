import { isPlainObject } from '../is-plain-object';
import type { Check } from './rule';
import { show } from './show';

/** Checks `durability`. */
export const checkDurability: Check = ({ value }) => {
  if (value === 'step' || value === 'handoff') return undefined;
  if (isPlainObject(value) && Object.keys(value).join() === 'everyMs' && isMs(value.everyMs))
    return undefined;
  const shown = isPlainObject(value) ? showFields(value) : show(value);
  return {
    problem: `durability (${shown}) must be 'step', 'handoff' or { everyMs } with a whole number of milliseconds, 1 or more.`,
    fix: "Set durability to 'step', 'handoff' or for example { everyMs: 1_000 }, or leave it out.",
  };
};

function showFields(fields: Record<string, unknown>): string {
  const shown = Object.entries(fields).map(([name, value]) => `${name}: ${show(value)}`);
  return shown.length === 0 ? '{}' : `{ ${shown.join(', ')} }`;
}

function isMs(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
