import type { ValidationArguments } from 'class-validator';
import type { JobFault } from '../../errors';
import { IsBoolean, IsInt, IsNumber, Max, Min, ValidateBy, ValidateIf } from './class-validator';
import { encodeFault, say } from './say';

/** The longest time that a timer of JavaScript can wait, in milliseconds: 24.8 days. Beyond it fires at once. */
const longestTimerMs = 2_147_483_647;

/** Lets an option be left out. `null` is not left out. */
export function Optional(): PropertyDecorator {
  return ValidateIf((_options, value) => value !== undefined);
}

/** An integer of at least `min`. */
export function WholeNumber(min: number, example: string): PropertyDecorator {
  const said = say((property, shown) => ({
    problem: `${shown} must be a whole number, ${min} or more.`,
    cure: `Set ${property} to ${example}.`,
  }));
  return all(IsInt(said), Min(min, said));
}

/** A time in integer milliseconds of at least `min`, short enough for a timer. */
export function WholeMs(min: number, example: string): PropertyDecorator {
  const said = say((property, shown) => ({
    problem: shown === property ? `${property} is missing.` : `${shown} must be a whole number of milliseconds, ${min} or more.`,
    cure: `Set ${property} to ${example}.`,
  }));
  const tooLong = say((property, shown) => ({
    problem: `${shown} is longer than a timer can wait, ${longestTimerMs} milliseconds (24.8 days).`,
    cure: `Set ${property} to ${example}.`,
  }));
  return all(IsInt(said), Min(min, said), Max(longestTimerMs, tooLong));
}

/** A finite number of at least `min`, fractions allowed. */
export function FiniteNumber(min: number, example: string): PropertyDecorator {
  const said = say((property, shown) => ({
    problem: `${shown} must be a number, ${min} or more.`,
    cure: `Set ${property} to ${example}.`,
  }));
  return all(IsNumber({}, said), Min(min, said));
}

/** `true` or `false`. */
export function YesOrNo(): PropertyDecorator {
  return IsBoolean(
    say((property, shown) => ({ problem: `${shown} must be true or false.`, cure: `Set ${property} to true, or leave it out.` })),
  );
}

/** What a rule of our own looks at. */
export interface Judged<Options> {
  readonly value: unknown;
  /** All options of the same object, any of which may be wrong. */
  readonly options: Options;
}

/** A rule of our own: says what is wrong, or undefined. What it throws (a getter in the options may) is a fault as well. */
export function Judge<Options>(name: string, judge: (judged: Judged<Options>) => JobFault | undefined): PropertyDecorator {
  const judgeSafely = ({ value, object, property }: ValidationArguments): JobFault | undefined => {
    try {
      return judge({ value, options: object as Options });
    } catch {
      return { problem: `${property} cannot be read: it throws.`, cure: `Give ${property} a plain value.` };
    }
  };
  return ValidateBy({
    name,
    validator: {
      validate: (_value, args) => judgeSafely(args as ValidationArguments) === undefined,
      defaultMessage: (args) => encodeFault(judgeSafely(args as ValidationArguments) as JobFault),
    },
  });
}

function all(...rules: PropertyDecorator[]): PropertyDecorator {
  return (target, property) => {
    for (const rule of rules) rule(target, property);
  };
}
