import { InvalidJobError, type JobFault } from '../errors';
import type { Concurrency, JobClass, JobPlan, Limits } from '../runtime/core/execution/job-plan';
import { isConstructor } from './declaration';
import { type Ancestor, describeClass, readLineage } from './lineage';
import { checkOptions } from './option-rules/check-options';
import { isJobName } from './option-rules/checks';
import { ConcurrencyRules, LimitsRules, LongRunningRules } from './option-rules/rules';
import { readMembers } from './read-members';

/**
 * Reads a job's whole definition from its decorators.
 *
 * @returns the plan, checked, complete and frozen
 * @throws {@link InvalidJobError} with everything that is wrong with the definition
 */
export function readJob(jobClass: JobClass): JobPlan {
  const faults: JobFault[] = [];
  const { plan, cause } = tryToPlan(jobClass, faults);
  if (plan === undefined || faults.length > 0)
    throw new InvalidJobError(describeClass(jobClass).name, faults, cause);
  return plan;
}

function tryToPlan(jobClass: JobClass, faults: JobFault[]): { plan?: JobPlan | undefined; cause?: unknown } {
  try {
    return { plan: planJob(jobClass, faults) };
  } catch (cause) {
    faults.push({
      problem: 'The job class cannot be read: something in it throws.',
      fix: 'Give createHandler the class itself, not a proxy of it.',
    });
    return { cause };
  }
}

function planJob(jobClass: JobClass, faults: JobFault[]): JobPlan | undefined {
  const basic = findBasicFault(jobClass);
  if (basic) {
    faults.push(basic);
    return undefined;
  }
  const lineage = readLineage(jobClass);
  if (lineage.some(usesStandardDecorators)) {
    faults.push({
      problem: `The decorators on ${describeClass(jobClass).label} were compiled as standard (TC39) decorators, which lambda-baton does not support.`,
      fix: 'Set "experimentalDecorators": true in the compilerOptions of tsconfig.json.',
    });
    return undefined;
  }
  return Object.freeze({
    jobClass,
    ...readJobOptions(jobClass, lineage, faults),
    ...readMembers(jobClass, lineage, faults),
  });
}

function findBasicFault(jobClass: unknown): JobFault | undefined {
  if (isConstructor(jobClass)) return undefined;
  const what =
    typeof jobClass === 'function'
      ? 'a function that is no class'
      : jobClass === null
        ? 'null'
        : `a value of type ${typeof jobClass}`;
  return {
    problem: `A job must be a class, but this is ${what}.`,
    fix: 'Give createHandler the class that carries @LongRunning.',
  };
}

function usesStandardDecorators({ onClass }: Ancestor): boolean {
  return onClass.some(({ misuse }) => misuse === 'standard-decorators');
}

/** The part of a plan that `@LongRunning` decides. */
type JobOptions = Omit<JobPlan, 'hooks' | 'jobClass' | 'signals' | 'state' | 'steps' | 'terminate'>;

const defaultLimits: Limits = {
  maxInvocations: 1_000,
  maxDurationMs: 7 * 24 * 60 * 60 * 1_000,
  maxIdleInvocations: 3,
  maxInterruptions: 2,
  maxStalledInvocations: 50,
  maxCostUsd: undefined,
};

const maxDefaultReserveMs = 10_000;

/** Reads, checks and completes what the class's own `@LongRunning` says; a base class's says nothing about its subclasses. */
export function readJobOptions(
  jobClass: object,
  lineage: readonly Ancestor[],
  faults: JobFault[],
): JobOptions {
  const fault = findClassFault(lineage);
  if (fault) faults.push(fault);
  const own = findOwnOptions(lineage);
  const { label } = describeClass(jobClass);
  const where = `@LongRunning on ${label}`;
  const given = fault
    ? {}
    : checkOptions(LongRunningRules, own?.options === undefined ? {} : own.options, {
        where,
        inner: { limits: LimitsRules, concurrency: ConcurrencyRules },
        faults,
      });
  const limits = checkOptions(LimitsRules, given.limits, { where, within: 'limits', faults });
  const concurrency = checkOptions(ConcurrencyRules, given.concurrency, {
    where,
    within: 'concurrency',
    faults,
  });
  const nameFault = fault || isNameGiven(own?.options) ? undefined : findNameFault(jobClass);
  if (nameFault) faults.push(nameFault);
  return completeOptions(
    describeClass(jobClass).className,
    given as Partial<JobPlan>,
    limits as Partial<Limits>,
    given.concurrency === undefined ? undefined : (concurrency as unknown as Concurrency),
  );
}

function completeOptions(
  className: string,
  given: Partial<JobPlan>,
  limits: Partial<Limits>,
  concurrency: Concurrency | undefined,
): JobOptions {
  const { safeMs = 0, intervalMs = 0, durability } = given;
  return {
    name: given.name ?? className,
    version: given.version ?? 1,
    migrations: Object.freeze({ ...given.migrations }),
    safeMs,
    intervalMs,
    reserveMs: given.reserveMs ?? Math.max(1, Math.min(Math.floor(safeMs / 4), maxDefaultReserveMs)),
    limits: Object.freeze({ ...defaultLimits, ...limits }),
    durability: typeof durability === 'object' ? Object.freeze({ ...durability }) : durability,
    ...(concurrency && { concurrency: Object.freeze({ ...concurrency }) }),
    continueOn: given.continueOn,
    input: given.input,
  };
}

/** A minifier's names are short: up to two characters, and three when they are no word (`Job`, `ETL`). */
const minifiedName = /^(?![A-Z]([a-z]{2}|[A-Z]{2})$).{0,3}$/;

/** Bundlers number names that collide, from 2 on. `ReconcileV2` and what is called after an AWS service is a name that people give. */
const numberedName = /\D([2-9]|[1-9]\d+)$(?<!\D(V[2-9]|S3|E[Cc]2|Route53))/;

/** Finds out why the class name cannot be the job's: compilers, bundlers and minifiers change it, with every build. */
function findNameFault(jobClass: object): JobFault | undefined {
  const { className, label } = describeClass(jobClass);
  const problem = describeUnfitName(className);
  if (problem === undefined) return undefined;
  return {
    problem: `@LongRunning on ${label}: the class name ${problem}.`,
    fix: "Add name: 'a-name-of-its-own' to the options of @LongRunning, or have the bundler keep class names (esbuild: keepNames).",
  };
}

function describeUnfitName(className: string): string | undefined {
  if (minifiedName.test(className))
    return "is too short to be the job's name (a minifier may have changed it)";
  if (!isJobName(className))
    return "cannot be the job's name: that is a letter or digit, then up to 63 letters, digits, dots, underscores or hyphens";
  if (numberedName.test(className))
    return 'ends in a number, as bundlers name a class whose name another one has; the next build may number it differently';
  return undefined;
}

/** The class's own `@LongRunning`. */
function findOwnOptions(lineage: readonly Ancestor[]) {
  return lineage.at(-1)?.onClass.find(({ decorator }) => decorator === 'LongRunning');
}

/** Says whether a job's name is one that was given, and not its class's. */
export function isJobNamed(jobClass: object): boolean {
  return isNameGiven(findOwnOptions(readLineage(jobClass))?.options);
}

/** Says whether there is a name, right or wrong; a wrong one is a fault of its own. */
function isNameGiven(options: unknown): boolean {
  try {
    return (options as { name?: unknown } | undefined)?.name !== undefined;
  } catch {
    return true;
  }
}

/** Finds what is wrong with the decorators on the class itself, as opposed to their options. */
function findClassFault(lineage: readonly Ancestor[]): JobFault | undefined {
  const job = lineage.at(-1) as Ancestor;
  const own = job.onClass.filter(({ decorator }) => decorator === 'LongRunning');
  if (own.length > 1)
    return { problem: `${job.label} carries @LongRunning ${own.length} times.`, fix: 'Keep one.' };
  if (own.some(({ misuse }) => misuse === 'no-parentheses')) {
    return {
      problem: `@LongRunning on ${job.label} has no parentheses.`,
      fix: 'Write @LongRunning({ safeMs: 60_000, intervalMs: 5_000 }).',
    };
  }
  if (own.length === 1) return undefined;
  const base = lineage.findLast(({ onClass }) =>
    onClass.some(({ decorator }) => decorator === 'LongRunning'),
  );
  if (base === undefined) {
    return {
      problem: `${job.label} has no @LongRunning.`,
      fix: 'Write @LongRunning({ safeMs: 60_000, intervalMs: 5_000 }) above the class.',
    };
  }
  return {
    problem: `${job.label} extends the job ${base.name}, but has no @LongRunning of its own: options are not inherited.`,
    fix: `Write @LongRunning({ … }) above ${job.label}, as the first of its decorators.`,
  };
}
