import { InvalidDirectiveError } from '../../../errors';
import type { Batch, ChildItem } from './among';
import type { JobClass, JobPlan } from './job-plan';

const brand = Symbol.for('lambda-baton.directive');

/** What a step may return to steer its execution. Made by {@link goTo}, {@link wait}, {@link waitUntil}, {@link waitForSignal} and {@link complete}. */
export type Directive =
  | CompleteDirective
  | GoToDirective
  | StartChildrenDirective
  | WaitDirective
  | WaitForSignalDirective;

/** What {@link goTo} makes. `StepName` is the step's name, when it is known to the compiler. */
export interface GoToDirective<StepName extends string = string> {
  /** What the directive asks for. */
  readonly kind: 'go-to';
  /** The step that comes next. */
  readonly step: StepName;
}

/** What {@link wait} and {@link waitUntil} make: what a generator may also `yield`. */
export type WaitDirective<StepName extends string = string> =
  | { readonly kind: 'wait'; readonly seconds: number; readonly goTo?: StepName }
  | { readonly kind: 'wait-until'; readonly epochMs: number; readonly goTo?: StepName };

/** What {@link waitForSignal} makes: what a generator may also `yield`. */
export interface WaitForSignalDirective<StepName extends string = string> {
  /** What the directive asks for. */
  readonly kind: 'wait-for-signal';
  /** The signal's name. */
  readonly name: string;
  /** How long to wait at most, in seconds. */
  readonly timeoutSeconds?: number;
  /** The step that comes after the wait. */
  readonly goTo?: StepName;
}

/** What {@link startChildren} makes: what a generator may also `yield`. */
export interface StartChildrenDirective<StepName extends string = string> extends ChildrenOptions<StepName> {
  /** What the directive asks for. */
  readonly kind: 'start-children';
  /** One child for each. */
  readonly items: readonly ChildItem[];
  /** What became of it, once it was prepared. */
  readonly batch?: Batch;
}

/** How children are run. `job` or `functionName` is required, so that nothing forks by default. */
export interface ChildrenOptions<StepName extends string = string> {
  /** The class of a job that the same handler hosts; with `functionName` the name of a job, when that function hosts several. */
  readonly job?: JobClass | string;
  /** Another function, whose executions are in the same store: its name or ARN. @defaultValue the parent's own, on its version */
  readonly functionName?: string;
  /** How many of them run at the same time, from 1 to 1,000. @defaultValue 10 */
  readonly concurrency?: number;
  /** How many of them may fail; those that are cancelled or skipped count. @defaultValue 0 */
  readonly maxFailures?: number;
  /** As of {@link wait}: the step that comes when all have ended. */
  readonly goTo?: StepName;
}

/** What {@link complete} makes. */
export interface CompleteDirective {
  /** What the directive asks for. */
  readonly kind: 'complete';
  /** The execution's result. */
  readonly result: unknown;
}

/**
 * Goes on with the named step instead of the next one, in the same cycle.
 *
 * The compiler checks the name against the public methods of the step's class. For a private step, or one of a subclass, write
 * `goTo<string>('name')`: then the name is checked when the step returns.
 */
export function goTo<StepName extends string>(step: StepName): GoToDirective<StepName> {
  return mark({ kind: 'go-to', step });
}

/**
 * Goes on after a pause. A generator may `yield` it too: a safe point, then the pause, and then the method is called again from its top.
 *
 * @param pause - `seconds` is finite and ≥ 0. `goTo` names the step that comes after the pause, in the same cycle; by default the next
 * one, or of a `yield` the same one. The compiler checks it as that of {@link goTo}.
 */
export function wait<StepName extends string = never>(pause: {
  readonly seconds: number;
  readonly goTo?: StepName;
}): WaitDirective<StepName> {
  return mark({ kind: 'wait', seconds: pause?.seconds, ...readGoTo(pause) });
}

/**
 * Goes on at the given time; a date in the past means now. A generator may `yield` it too, like {@link wait}.
 *
 * @param options - `goTo` as of {@link wait}.
 */
export function waitUntil<StepName extends string = never>(
  date: Date,
  options?: { readonly goTo?: StepName },
): WaitDirective<StepName> {
  return mark({
    kind: 'wait-until',
    epochMs: typeof date?.getTime === 'function' ? date.getTime() : Number.NaN,
    ...readGoTo(options),
  });
}

/**
 * Pauses the execution until a signal of this name has come, at no cost. One that came early counts, unless an earlier wait took it.
 * `ctx.woken` tells the step that follows which signal it was, with its payload, or that the time-out has passed. A generator may `yield`
 * it too, like {@link wait}. Needs a checkpoint store.
 *
 * @param name - 1 to 64 letters, digits, `.`, `_`, `:` or `-`.
 * @param options - `timeoutSeconds` is finite and ≥ 0; without it the wait ends with `limits.maxDurationMs`. `goTo` as of {@link wait}.
 * @example return waitForSignal('approved', { timeoutSeconds: 86_400, goTo: 'decide' });
 */
export function waitForSignal<StepName extends string = never>(
  name: string,
  options?: { readonly timeoutSeconds?: number; readonly goTo?: StepName },
): WaitForSignalDirective<StepName> {
  const { timeoutSeconds } = options ?? {};
  return mark({
    kind: 'wait-for-signal',
    name,
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    ...readGoTo(options),
  });
}

/**
 * Runs each item as an execution of its own, with the id `<parent>/<n>/<id>`, and goes on when all have ended. The execution sleeps
 * meanwhile. `@OnChildEnd` is called once for each; `ctx.woken` tells the step that follows how they have ended. When more than
 * `maxFailures` have failed, no more are started, and the execution fails with a ChildrenFailedError. Needs a checkpoint store.
 *
 * @param items - up to 10,000 of `{ id, input }`: `id` is 1 to 64 letters, digits, `.`, `_` or `-`, and unique; `input` is plain JSON.
 * @example return startChildren(pages.map((page) => ({ id: `${page}`, input: { page } })), { job: LoadPage, concurrency: 50 });
 */
export function startChildren<StepName extends string = never>(
  items: readonly ChildItem[],
  options: ChildrenOptions<StepName>,
): StartChildrenDirective<StepName> {
  const { job, functionName, concurrency, maxFailures } = options ?? {};
  return mark({
    kind: 'start-children',
    items,
    ...(job !== undefined && { job }),
    ...(functionName !== undefined && { functionName }),
    ...(concurrency !== undefined && { concurrency }),
    ...(maxFailures !== undefined && { maxFailures }),
    ...readGoTo(options),
  });
}

/** The directive with the batch that it has become. */
export function withPreparedBatch(directive: StartChildrenDirective, batch: Batch): StartChildrenDirective {
  return mark({ ...directive, batch });
}

/**
 * Ends the execution now, with this result unless `@OnComplete` returns another.
 * A result is plain JSON data; anything that JSON would change fails the execution with an UnserializableStateError that names its path.
 */
export function complete(result?: unknown): CompleteDirective {
  return mark({ kind: 'complete', result });
}

/** Says whether what a step returned is a directive; any other value is ignored. */
export function isDirective(value: unknown): value is Directive {
  return typeof value === 'object' && value !== null && (value as { [brand]?: unknown })[brand] === true;
}

function readGoTo<StepName extends string>(
  options: { readonly goTo?: StepName } | undefined,
): { goTo?: StepName } {
  return options?.goTo === undefined ? {} : { goTo: options.goTo };
}

function mark<Made extends Directive>(directive: Made): Made {
  return Object.freeze(Object.defineProperty({ ...directive }, brand, { value: true }));
}

/** The error for a directive of a method that is no step: nothing would come of it. */
export function misplacedDirectiveError(
  plan: JobPlan,
  method: string,
  directive: Directive,
): InvalidDirectiveError {
  return new InvalidDirectiveError({
    problem: `${method} of job ${plan.name} gave ${showDirective(directive)}, and only a step can steer an execution.`,
    fix: `Return it from a method with @Step, and nothing of the kind from ${method}.`,
    details: { method },
  });
}

/** As it was written. */
export function showDirective(directive: Directive): string {
  switch (directive.kind) {
    case 'go-to':
      return `goTo(${show(directive.step)})`;
    case 'wait':
      return `wait({ seconds: ${show(directive.seconds)}${directive.goTo === undefined ? '' : `, goTo: ${show(directive.goTo)}`} })`;
    case 'wait-until': {
      const date = Number.isFinite(directive.epochMs) ? `epoch ${directive.epochMs} ms` : 'an invalid date';
      return `waitUntil(${date}${directive.goTo === undefined ? '' : `, { goTo: ${show(directive.goTo)} }`})`;
    }
    case 'wait-for-signal':
      return `waitForSignal(${show(directive.name)}${directive.timeoutSeconds === undefined ? '' : `, { timeoutSeconds: ${show(directive.timeoutSeconds)} }`})`;
    case 'start-children':
      return 'startChildren(…)';
    case 'complete':
      return 'complete(…)';
  }
}

/** What a caller without types gave, whatever it is. */
function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  const isShort =
    value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean';
  return isShort ? String(value) : `a value of type ${typeof value}`;
}

/** The error for what needs a checkpoint store, where there is none. */
export function needsStoreError(plan: JobPlan, method: string, what: string): InvalidDirectiveError {
  return new InvalidDirectiveError({
    problem: `${method} of job ${plan.name} used ${what}, which needs a checkpoint store, and there is none.`,
    fix: 'Set BATON_TABLE, BATON_BUCKET or BATON_DIRECTORY, or provide CHECKPOINT_STORE.',
    details: { method },
  });
}

/** The error for a name that no signal can have. */
export function signalNameError(plan: JobPlan, method: string): InvalidDirectiveError {
  return new InvalidDirectiveError({
    problem: `${method} of job ${plan.name} named a signal by what is no name of one.`,
    fix: 'Name the signal by 1 to 64 letters, digits, dots, underscores, colons or hyphens.',
    details: { method },
  });
}

const signalName = /^[A-Za-z0-9._:-]{1,64}$/;

/** Says whether a value can be the name of a signal. */
export function isSignalName(name: unknown): name is string {
  return typeof name === 'string' && signalName.test(name);
}
