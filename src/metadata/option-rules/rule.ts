import type { ValidationArguments } from 'class-validator';
import type { JobFault } from '../../errors';
import { ValidateBy } from './class-validator';
import { encodeFault } from './encode-fault';

/** One option's value and what stands beside it. */
export interface Judged {
  readonly property: string;
  readonly value: unknown;
  /** All options of the same object, any of which may be wrong. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Says what is wrong with an option, or undefined. */
export type Judge = (judged: Judged) => JobFault | undefined;

/** What class-validator calls our constraints in its errors. */
export const ruleName = 'lambda-baton';

/** Requires an option to satisfy every judge; the first fault counts. */
export function Required(...judges: readonly Judge[]): PropertyDecorator {
  return judgeBy(judges);
}

/** Requires an option that is given to satisfy every judge. `undefined` is not given, `null` is. */
export function Optional(...judges: readonly Judge[]): PropertyDecorator {
  return judgeBy(
    judges.map(
      (judge): Judge =>
        (judged) =>
          judged.value === undefined ? undefined : judge(judged),
    ),
  );
}

/** One class-validator constraint for all judges of an option: each one costs a cold start 0.05 ms. */
function judgeBy(judges: readonly Judge[]): PropertyDecorator {
  const judgeAll = (args: ValidationArguments) => findFault(judges, args);
  return ValidateBy({
    name: ruleName,
    validator: {
      validate: (_value, args) => judgeAll(args as ValidationArguments) === undefined,
      defaultMessage: (args) => encodeFault(judgeAll(args as ValidationArguments)),
    },
  });
}

function findFault(
  judges: readonly Judge[],
  { property, value, object }: ValidationArguments,
): JobFault | undefined {
  try {
    for (const judge of judges) {
      const fault = judge({ property, value, options: object as Judged['options'] });
      if (fault) return fault;
    }
    return undefined;
  } catch {
    return { problem: `${property} cannot be read: it throws.`, cure: `Give ${property} a plain value.` };
  }
}
