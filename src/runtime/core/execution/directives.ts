const brand = Symbol.for('lambda-baton.directive');

/** What a step may return to steer its execution. Made by {@link goTo}, {@link wait}, {@link waitUntil}, {@link waitForSignal} and {@link complete}. */
export type Directive = CompleteDirective | GoToDirective | WaitDirective | WaitForSignalDirective;

/** What {@link goTo} makes. `StepName` is the step's name, when it is known to the compiler. */
export interface GoToDirective<StepName extends string = string> {
  readonly kind: 'go-to';
  readonly step: StepName;
}

/** What {@link wait} and {@link waitUntil} make: what a generator may also `yield`. */
export type WaitDirective<StepName extends string = string> =
  | { readonly kind: 'wait'; readonly seconds: number; readonly goTo?: StepName }
  | { readonly kind: 'wait-until'; readonly epochMs: number; readonly goTo?: StepName };

/** What {@link waitForSignal} makes: what a generator may also `yield`. */
export interface WaitForSignalDirective<StepName extends string = string> {
  readonly kind: 'wait-for-signal';
  readonly name: string;
  readonly timeoutSeconds?: number;
  readonly goTo?: StepName;
}

/** What {@link complete} makes. */
export interface CompleteDirective {
  readonly kind: 'complete';
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
