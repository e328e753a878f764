import type { Judge } from './rule';
import { show } from './show';

/** The longest time that a timer of JavaScript can wait, in milliseconds: 24.8 days. A longer one fires at once. */
const longestTimerMs = 2_147_483_647;

/** Judges a number without fractions. `example` ends the cure: `Set maxAttempts to …`. */
export function wholeNumber(least: number, example: string): Judge {
  return judgeNumber(isWhole, `a whole number, ${least} or more`, least, example);
}

/** Judges a time in milliseconds without fractions. */
export function wholeMs(least: number, example: string): Judge {
  return judgeNumber(isWhole, `a whole number of milliseconds, ${least} or more`, least, example);
}

/** Judges a time that a timer will wait for. */
export function timerMs(least: number, example: string): Judge {
  const judgeMs = wholeMs(least, example);
  return (judged) => {
    const fault = judgeMs(judged);
    if (fault || (judged.value as number) <= longestTimerMs) return fault;
    const problem = `${judged.property} (${judged.value}) is longer than a timer can wait, ${longestTimerMs} milliseconds (24.8 days).`;
    return { problem, cure: `Set ${judged.property} to ${example}.` };
  };
}

/** Judges a number that may have a fraction. */
export function finiteNumber(least: number, example: string): Judge {
  return judgeNumber(Number.isFinite, `a number, ${least} or more`, least, example);
}

/** Judges a number above zero that may have a fraction. */
export function positiveNumber(example: string): Judge {
  return judgeNumber((value) => Number.isFinite(value) && value !== 0, 'a number greater than 0', 0, example);
}

/** Judges a choice between texts. */
export function oneOf(...choices: readonly string[]): Judge {
  const quoted = choices.map((choice) => `'${choice}'`).join(' or ');
  return ({ property, value }) => {
    if (choices.includes(value as string)) return undefined;
    return {
      problem: `${property} (${show(value)}) must be ${quoted}.`,
      cure: `Set ${property} to ${quoted}, or leave it out.`,
    };
  };
}

/** Judges `true` or `false`. */
export const yesOrNo: Judge = ({ property, value }) => {
  if (typeof value === 'boolean') return undefined;
  return {
    problem: `${property} (${show(value)}) must be true or false.`,
    cure: `Set ${property} to true, or leave it out.`,
  };
};

function judgeNumber(
  isKind: (value: unknown) => boolean,
  kind: string,
  least: number,
  example: string,
): Judge {
  return ({ property, value }) => {
    if (isKind(value) && (value as number) >= least) return undefined;
    const problem =
      value === undefined ? `${property} is missing.` : `${property} (${show(value)}) must be ${kind}.`;
    return { problem, cure: `Set ${property} to ${example}.` };
  };
}

function isWhole(value: unknown): boolean {
  return Number.isSafeInteger(value);
}
