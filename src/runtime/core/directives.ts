const brand = Symbol.for('lambda-baton.directive');

/** What a step may return to steer its execution. Made by {@link goTo}, {@link wait}, {@link waitUntil} and {@link complete}. */
export type Directive =
  | { readonly kind: 'go-to'; readonly step: string }
  | { readonly kind: 'wait'; readonly seconds: number; readonly goTo?: string }
  | { readonly kind: 'wait-until'; readonly epochMs: number; readonly goTo?: string }
  | { readonly kind: 'complete'; readonly result: unknown };

/** Goes on with the named step instead of the next one, in the same cycle. */
export function goTo(step: string): Directive {
  return mark({ kind: 'go-to', step });
}

/**
 * Goes on after a pause. A generator may `yield` it too: a safe point, then the pause, and then the method is called again from its top.
 *
 * @param pause - `seconds` is finite and ≥ 0. `goTo` names the step that comes after the pause, in the same cycle; by default the next
 * one, or of a `yield` the same one.
 */
export function wait(pause: { readonly seconds: number; readonly goTo?: string }): Directive {
  return mark({ kind: 'wait', seconds: pause?.seconds, ...readGoTo(pause) });
}

/**
 * Goes on at the given time; a date in the past means now. A generator may `yield` it too, like {@link wait}.
 *
 * @param options - `goTo` as of {@link wait}.
 */
export function waitUntil(date: Date, options?: { readonly goTo?: string }): Directive {
  return mark({ kind: 'wait-until', epochMs: typeof date?.getTime === 'function' ? date.getTime() : Number.NaN, ...readGoTo(options) });
}

/**
 * Ends the execution now, with this result unless `@OnComplete` returns another.
 * A result is plain JSON data; anything that JSON would change fails the execution with an UnserializableStateError that names its path.
 */
export function complete(result?: unknown): Directive {
  return mark({ kind: 'complete', result });
}

/** Says whether what a step returned is a directive; any other value is ignored. */
export function isDirective(value: unknown): value is Directive {
  return typeof value === 'object' && value !== null && (value as { [brand]?: unknown })[brand] === true;
}

function readGoTo(options: { readonly goTo?: string } | undefined): { goTo?: string } {
  return options?.goTo === undefined ? {} : { goTo: options.goTo };
}

function mark(directive: Directive): Directive {
  return Object.freeze(Object.defineProperty({ ...directive }, brand, { value: true }));
}
