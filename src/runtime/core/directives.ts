const brand = Symbol.for('lambda-baton.directive');

/** What a step may return to steer its execution. Made by {@link goTo}, {@link wait}, {@link waitUntil} and {@link complete}. */
export type Directive =
  | { readonly kind: 'go-to'; readonly step: string }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'wait-until'; readonly epochMs: number }
  | { readonly kind: 'complete'; readonly result: unknown };

/** Goes on with the named step instead of the next one, in the same cycle. */
export function goTo(step: string): Directive {
  return mark({ kind: 'go-to', step });
}

/** Goes on after a pause. `seconds` is finite and ≥ 0. */
export function wait(pause: { readonly seconds: number }): Directive {
  return mark({ kind: 'wait', seconds: pause?.seconds });
}

/** Goes on at the given time; a date in the past means now. */
export function waitUntil(date: Date): Directive {
  return mark({ kind: 'wait-until', epochMs: typeof date?.getTime === 'function' ? date.getTime() : Number.NaN });
}

/** Ends the execution now, with this result unless `@OnComplete` returns another. */
export function complete(result?: unknown): Directive {
  return mark({ kind: 'complete', result });
}

/** Says whether what a step returned is a directive; any other value is ignored. */
export function isDirective(value: unknown): value is Directive {
  return typeof value === 'object' && value !== null && (value as { [brand]?: unknown })[brand] === true;
}

function mark(directive: Directive): Directive {
  return Object.freeze(Object.defineProperty({ ...directive }, brand, { value: true }));
}
