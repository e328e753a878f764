/** What changes the job's fields; each is another shape that the state's encoding has to keep. */
export type Edit =
  | { readonly kind: 'add'; readonly by: number }
  | { readonly kind: 'date'; readonly days: number }
  | { readonly kind: 'drop' }
  | { readonly kind: 'link' }
  | { readonly kind: 'list'; readonly text: string }
  | { readonly kind: 'mark'; readonly value: number }
  | { readonly kind: 'byte'; readonly at: number }
  | { readonly kind: 'sum'; readonly key: string };

/** One thing that a unit of work does. */
export type Command =
  | Edit
  /** Does something outside, which is counted. */
  | { readonly kind: 'effect' }
  | { readonly kind: 'repeat'; readonly times: number; readonly body: readonly Command[] }
  | { readonly kind: 'sleep'; readonly ms: number }
  /** Throws a `TerminalError` once `total` is at least this. */
  | { readonly kind: 'terminal'; readonly total: number }
  /** Throws in this many attempts, an ordinary error or a `RetryableError` with this delay. */
  | { readonly kind: 'throw'; readonly attempts: number; readonly retryAfterMs?: number };

/** How a step ends; `goTo` only this often in the whole execution, `complete` only once `total` is at least this. */
export type End =
  | { readonly kind: 'complete'; readonly total: number; readonly value: string }
  | { readonly kind: 'goTo'; readonly step: string; readonly times: number }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'waitUntil'; readonly days: number };

/** A loop of a generator step: it yields after every pass, and its counter is a field of the job. */
export interface Loop {
  readonly times: number;
  readonly inner?: Loop;
  readonly body: readonly Command[];
}

/** One `@Step`. A `plain` one only edits; the others take their time, too. */
export interface StepProgram {
  readonly name: string;
  readonly form: 'async' | 'async-generator' | 'generator' | 'plain';
  readonly once: boolean;
  readonly maxAttempts: number;
  readonly initialDelayMs: number;
  readonly minBudgetMs: number;
  readonly loop?: Loop;
  readonly body: readonly Command[];
  readonly end?: End;
}

/** A hook that is work. */
export interface HookProgram {
  readonly body: readonly Command[];
  /** What `@OnComplete` answers; nothing when undefined. */
  readonly value?: string;
}

/** A job as data: what the class is built from, and what the model predicts from. */
export interface Program {
  readonly seed: number;
  /** `@Terminate` is true after this many cycles, or once `total` has come to `maxTotal`. */
  readonly cycles: number;
  readonly maxTotal: number;
  readonly check: 'cycle' | 'step';
  readonly onStart?: HookProgram;
  readonly onComplete?: HookProgram;
  readonly steps: readonly StepProgram[];
}
