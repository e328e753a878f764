import { getMetadataStorage, Validator } from './class-validator';

/**
 * Runs class-validator on options whose class carries the rules.
 *
 * @returns by option, the one thing that is wrong with it
 */
export function validateByRules(options: object): Map<string, string> {
  keepConstraintsOurs(options.constructor);
  const errors = new Validator().validateSync(options, { stopAtFirstError: true, validationError: { target: false, value: false } });
  return new Map(errors.map(({ property, constraints = {} }) => [property, Object.values(constraints)[0] ?? '']));
}

/**
 * Gives the constraints of a class their instances.
 *
 * Otherwise class-validator asks the container that the user set with `useContainer`, which knows nothing of lambda-baton's rules.
 */
function keepConstraintsOurs(rules: object): void {
  const storage = getMetadataStorage();
  for (const { constraintCls } of storage.getTargetValidationMetadatas(rules as () => void, '', false, false)) {
    for (const constraint of storage.getTargetValidatorConstraints(constraintCls)) {
      if (Object.hasOwn(constraint, 'instance')) continue;
      Object.defineProperty(constraint, 'instance', { value: new (constraint.target as new () => unknown)() });
    }
  }
}
