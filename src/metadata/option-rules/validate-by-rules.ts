import { getMetadataStorage, Validator } from './class-validator';
import { encodeFault } from './encode-fault';
import { ruleName } from './rule';

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
