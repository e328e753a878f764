import type { Check } from './rule';
import { show } from './show';

/** The longest time that a timer of JavaScript can wait, in milliseconds: 24.8 days. A longer one fires at once. */
const maxTimerMs = 2_147_483_647;

/** Checks a number without fractions. `example` ends the fix: `Set maxAttempts to …`. */
export function wholeNumber(least: number, example: string): Check {
  return checkNumber(isWhole, `a whole number, ${least} or more`, least, example);
}

/** Checks a time in milliseconds without fractions. */
export function wholeMs(least: number, example: string): Check {
  return checkNumber(isWhole, `a whole number of milliseconds, ${least} or more`, least, example);
}

/** Checks a time that a timer will wait for. */
export function timerMs(least: number, example: string): Check {
  const checkMs = wholeMs(least, example);
  return (checked) => {
    const fault = checkMs(checked);
    if (fault || (checked.value as number) <= maxTimerMs) return fault;
    const problem = `${checked.property} (${checked.value}) is longer than a timer can wait, ${maxTimerMs} milliseconds (24.8 days).`;
    return { problem, fix: `Set ${checked.property} to ${example}.` };
  };
}

/** Checks a number that may have a fraction. */
export function finiteNumber(least: number, example: string): Check {
  return checkNumber(Number.isFinite, `a number, ${least} or more`, least, example);
}

/** Checks a number above zero that may have a fraction. */
export function positiveNumber(example: string): Check {
  return checkNumber((value) => Number.isFinite(value) && value !== 0, 'a number greater than 0', 0, example);
}

/** Checks a choice between texts. */
export function oneOf(...choices: readonly string[]): Check {
  const quoted = choices.map((choice) => `'${choice}'`).join(' or ');
  return ({ property, value }) => {
    if (choices.includes(value as string)) return undefined;
    return {
      problem: `${property} (${show(value)}) must be ${quoted}.`,
      fix: `Set ${property} to ${quoted}, or leave it out.`,
    };
  };
}

/** Checks `true` or `false`. */
export const yesOrNo: Check = ({ property, value }) => {
  if (typeof value === 'boolean') return undefined;
  return {
    problem: `${property} (${show(value)}) must be true or false.`,
    fix: `Set ${property} to true, or leave it out.`,
  };
};

function checkNumber(
  isKind: (value: unknown) => boolean,
  kind: string,
  least: number,
  example: string,
): Check {
  return ({ property, value }) => {
    if (isKind(value) && (value as number) >= least) return undefined;
    const problem =
      value === undefined ? `${property} is missing.` : `${property} (${show(value)}) must be ${kind}.`;
    return { problem, fix: `Set ${property} to ${example}.` };
  };
}

function isWhole(value: unknown): boolean {
  return Number.isSafeInteger(value);
}
