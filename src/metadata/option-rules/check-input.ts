import { isConstructor } from '../reflect';
import { getMetadataStorage } from './class-validator';
import type { Check } from './rule';
import { show } from './show';

/** Checks `input`: a Standard Schema, or a class that class-validator knows a rule of. */
export const checkInput: Check = ({ value }) => {
  const standard = (value as { '~standard'?: { validate?: unknown } } | null)?.['~standard'];
  if (typeof standard?.validate === 'function') return undefined;
  if (!isConstructor(value)) {
    return {
      problem: `input (${show(value)}) must be a class or a Standard Schema.`,
      fix: "Give input a class with class-validator's decorators, or a schema of Zod, Valibot or ArkType.",
    };
  }
  if (getMetadataStorage().getTargetValidationMetadatas(value, '', false, false).length > 0) return undefined;
  return {
    problem: `input (class ${value.name}) has no decorators of class-validator, so every input would be refused.`,
    fix: `Decorate the properties of ${value.name}, or make sure that one copy of class-validator is installed.`,
  };
};
