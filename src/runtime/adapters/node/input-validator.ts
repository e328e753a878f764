import type { ValidationError } from 'class-validator';
import { Validator } from 'class-validator/cjs/validation/Validator.js';
import { InvalidInputError } from '../../../errors';
import type { JobPlan } from '../../core/execution/job-plan';
import type { StandardIssue, StandardSchema } from '../../core/state/codec-and-schema';

type InputClass = new () => object;

/** What came of a check: the input as the job sees it, or the places where it is wrong. Faults never hold a value. */
type Checked = { readonly value: unknown } | { readonly faults: readonly string[] };

const maxFaults = 20;

const nestedFix =
  'Use a Standard Schema for nested objects: class-validator checks objects that have a class only.';

/** Keys that would change what an object is when they are assigned. */
const hostileKeys = ['__proto__', 'constructor'];

/**
 * Checks a start event's input against the job's `input` option.
 *
 * @returns for a class, a plain object of the instance's own properties, defaults included; for a Standard Schema, its output;
 * without the option, the input as it is
 * @throws {@link InvalidInputError} naming properties and the rules they break, never values
 */
export async function validateInput(plan: Pick<JobPlan, 'input' | 'name'>, raw: unknown): Promise<unknown> {
  if (plan.input === undefined) return raw;
  const checked = await tryToCheck(plan, raw);
  if ('value' in checked) return checked.value;
  throw faultsError(plan.name, checked.faults);
}

async function tryToCheck({ input, name }: Pick<JobPlan, 'input' | 'name'>, raw: unknown): Promise<Checked> {
  try {
    return await (isStandardSchema(input)
      ? checkBySchema(input, raw)
      : checkByClass(input as InputClass, raw));
  } catch (cause) {
    throw faultsError(name, ['the check itself failed'], cause);
  }
}

async function checkBySchema(schema: StandardSchema, raw: unknown): Promise<Checked> {
  const result = await schema['~standard'].validate(raw);
  return result.issues === undefined ? { value: result.value } : { faults: result.issues.map(describeIssue) };
}

async function checkByClass(Input: InputClass, raw: unknown): Promise<Checked> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    return { faults: ['the input is no object'] };
  const hostile = hostileKeys.filter((key) => Object.hasOwn(raw, key));
  if (hostile.length > 0) return { faults: hostile.map((key) => `${key} is no possible property`) };
  const instance = Object.assign(new Input(), raw);
  const errors = await new Validator().validate(instance, {
    forbidUnknownValues: true,
    validationError: { target: false, value: false },
  });
  return errors.length === 0
    ? { value: takeDefined(instance) }
    : { faults: errors.flatMap((error) => describeError(error, [])) };
}

/** The instance's own properties, as a plain object. A declared one that nobody set is `undefined`, which is none. */
function takeDefined(instance: object): object {
  return Object.fromEntries(Object.entries(instance).filter(([, value]) => value !== undefined));
}

/** One line per property: `address.zip breaks isPostalCode`. */
function describeError(
  { property, constraints, children = [] }: ValidationError,
  parents: readonly string[],
): string[] {
  const path = property === undefined ? parents : [...parents, property];
  const own = constraints
    ? [`${path.join('.') || 'the input'} breaks ${Object.keys(constraints).join(', ')}`]
    : [];
  return [...own, ...children.flatMap((child) => describeError(child, path))];
}

/** Its message is left out, because it may quote the value. */
function describeIssue(issue: StandardIssue): string {
  const path =
    (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.') ||
    'the input';
  const { code } = issue as { code?: unknown };
  return typeof code === 'string' ? `${path} breaks ${code}` : `${path} is wrong`;
}

function faultsError(job: string, all: readonly string[], cause?: unknown): InvalidInputError {
  const faults =
    all.length > maxFaults ? [...all.slice(0, maxFaults), `${all.length - maxFaults} more`] : all;
  return new InvalidInputError({
    problem: `The input is not what job ${job} asks for: ${faults.join('; ')}.`,
    fix: faults.some((fault) => fault.endsWith('unknownValue'))
      ? nestedFix
      : 'Send an event that fits the input option of @LongRunning.',
    details: { job, faults },
    ...(cause !== undefined && { cause }),
  });
}

function isStandardSchema(input: unknown): input is StandardSchema {
  return typeof (input as Partial<StandardSchema>)['~standard']?.validate === 'function';
}
