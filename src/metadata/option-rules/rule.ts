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

/** The checks of each class of rules, by option. */
const rulesOfClasses = new Map<unknown, Map<string, readonly Check[]>>();

function checkBy(checks: readonly Check[]): PropertyDecorator {
  return ({ constructor: Rules }, property) => {
    const rules = rulesOfClasses.get(Rules) ?? new Map<string, readonly Check[]>();
    rulesOfClasses.set(Rules, rules.set(String(property), checks));
  };
}

/** Makes the rules of a class known to class-validator, one constraint for all checks of an option: each one costs a start 0.05 ms. */
function registerRules(Rules: object): void {
  for (const [property, checks] of rulesOfClasses.get(Rules) ?? []) {
    const checkAll = ({ object, value }: ValidationArguments) =>
      findFault(checks, property, object as Checked['options'], value);
    ValidateBy({
      name: ruleName,
      validator: {
        validate: (_value, args) => checkAll(args as ValidationArguments) === undefined,
        defaultMessage: (args) => encodeFault(checkAll(args as ValidationArguments)),
      },
    })((Rules as { prototype: object }).prototype, property);
  }
}

function findFault(
  checks: readonly Check[],
  property: string,
  options: Checked['options'],
  value: unknown,
): JobFault | undefined {
  try {
    for (const check of checks) {
      const fault = check({ property, value, options });
      if (fault) return fault;
    }
    return undefined;
  } catch {
    return { problem: `${property} cannot be read: it throws.`, fix: `Give ${property} a plain value.` };
  }
}

/**
 * Runs class-validator on options whose class carries the rules; not on those that are plainly right, as they are at nearly every start.
 *
 * @returns by option, the one thing that is wrong with it
 */
export function validateByRules(options: object): Map<string, string> {
  const Rules = options.constructor;
  if (isPlainlyRight(options)) return new Map();
  if (!isRegistered(Rules)) registerRules(Rules);
  keepConstraintsOurs(Rules);
  const errors = new Validator().validateSync(options, { validationError: { target: false, value: false } });
  return new Map(errors.map(({ property, constraints = {} }) => [property, constraints[ruleName] ?? '']));
}

function isPlainlyRight(options: object): boolean {
  const values = options as Checked['options'];
  return [...(rulesOfClasses.get(options.constructor) ?? [])].every(
    ([property, checks]) => findFault(checks, property, values, values[property]) === undefined,
  );
}

/** Asked of the storage itself, which somebody may have replaced since. */
function isRegistered(Rules: object): boolean {
  return getMetadataStorage().getTargetValidationMetadatas(Rules as () => void, '', false, false).length > 0;
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

/** Says whether a value is an object literal, of this realm or another. May throw what a Proxy throws. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
