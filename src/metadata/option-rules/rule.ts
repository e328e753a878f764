import type { ValidationArguments } from 'class-validator';
import type { JobFault } from '../../errors';
import { getMetadataStorage, ValidateBy, Validator } from './class-validator';

const separator = '\n→ ';

/** Writes a fault as the one string that a class-validator message can be. */
function encodeFault(fault: JobFault | undefined): string {
  return fault ? `${fault.problem}${separator}${fault.fix}` : '';
}

/** Reads back what {@link encodeFault} wrote. Problems show values escaped, so they never hold the separator. */
export function decodeFault(message: string): JobFault {
  const [problem = '', fix = ''] = message.split(separator, 2);
  return { problem, fix };
}

/** One option's value and what stands beside it. */
interface Checked {
  readonly property: string;
  readonly value: unknown;
  /** All options of the same object, any of which may be wrong. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Says what is wrong with an option, or undefined. */
export type Check = (checked: Checked) => JobFault | undefined;

/** What class-validator calls our constraints in its errors. */
const ruleName = 'lambda-baton';

/** Requires an option to satisfy every check; the first fault counts. */
export function Required(...checks: readonly Check[]): PropertyDecorator {
  return checkBy(checks);
}

/** Requires an option that is given to satisfy every check. `undefined` is not given, `null` is. */
export function Optional(...checks: readonly Check[]): PropertyDecorator {
  return checkBy(
    checks.map(
      (check): Check =>
        (checked) =>
          checked.value === undefined ? undefined : check(checked),
    ),
  );
}

/** One class-validator constraint for all checks of an option: each one costs a cold start 0.05 ms. */
function checkBy(checks: readonly Check[]): PropertyDecorator {
  const checkAll = (args: ValidationArguments) => findFault(checks, args);
  return ValidateBy({
    name: ruleName,
    validator: {
      validate: (_value, args) => checkAll(args as ValidationArguments) === undefined,
      defaultMessage: (args) => encodeFault(checkAll(args as ValidationArguments)),
    },
  });
}

function findFault(
  checks: readonly Check[],
  { property, value, object }: ValidationArguments,
): JobFault | undefined {
  try {
    for (const check of checks) {
      const fault = check({ property, value, options: object as Checked['options'] });
      if (fault) return fault;
    }
    return undefined;
  } catch {
    return { problem: `${property} cannot be read: it throws.`, fix: `Give ${property} a plain value.` };
  }
}

/** class-validator's default: an object whose class has no rules is refused. Then our rules have got lost. */
const lostRules = encodeFault({
  problem:
    "class-validator has lost lambda-baton's rules, because something has replaced its global storage.",
  fix: 'Import lambda-baton after whatever replaces globalThis.classValidatorMetadataStorage.',
});

/**
 * Runs class-validator on options whose class carries the rules.
 *
 * @returns by option, the one thing that is wrong with it
 */
export function validateByRules(options: object): Map<string, string> {
  keepConstraintsOurs(options.constructor);
  const errors = new Validator().validateSync(options, { validationError: { target: false, value: false } });
  return new Map(
    errors.map(({ property, constraints = {} }) => [property, constraints[ruleName] ?? lostRules]),
  );
}

/**
 * Gives the constraints of a class their instances.
 *
 * Otherwise class-validator asks the container that the user set with `useContainer`, which knows nothing of lambda-baton's rules.
 */
function keepConstraintsOurs(rules: object): void {
  const storage = getMetadataStorage();
  for (const { constraintCls } of storage.getTargetValidationMetadatas(
    rules as () => void,
    '',
    false,
    false,
  )) {
    for (const constraint of storage.getTargetValidatorConstraints(constraintCls)) {
      if (Object.hasOwn(constraint, 'instance')) continue;
      Object.defineProperty(constraint, 'instance', {
        value: new (constraint.target as new () => unknown)(),
      });
    }
  }
}
