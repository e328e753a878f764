/** What a finding means: `error` cannot work or was not established, `warning` works less well than it looks. */
type Level = 'error' | 'ok' | 'warning';

/** One thing that `baton doctor` has to say. */
export interface Finding {
  readonly level: Level;
  /** What it is about: `recursion`, `queue`, … */
  readonly subject: Subject;
  /** How it is, in one sentence. */
  readonly what: string;
  /** What to do. Every error and every warning has one. */
  readonly fix?: string;
}

/** What findings are about. */
export type Subject =
  | 'bucket'
  | 'concurrency'
  | 'environment'
  | 'event source'
  | 'fuses'
  | 'handler'
  | 'job'
  | 'keys'
  | 'memory'
  | 'network'
  | 'permissions'
  | 'queue'
  | 'recursion'
  | 'retries'
  | 'runtime'
  | 'schedules'
  | 'store'
  | 'table'
  | 'time-out'
  | 'versions';

/** It is as it should be. */
export function approve(subject: Subject, what: string): Finding {
  return { level: 'ok', subject, what };
}

/** It works less well than it looks. */
export function warn(subject: Subject, what: string, fix: string): Finding {
  return { level: 'warning', subject, what, fix };
}

/** It cannot work. */
export function refuse(subject: Subject, what: string, fix: string): Finding {
  return { level: 'error', subject, what, fix };
}

/** Something that was read, or why it was not. */
export type Reading<Value> =
  | { readonly kind: 'known'; readonly value: Value }
  | {
      readonly kind: 'unread';
      /** One sentence. */
      readonly reason: string;
      readonly fix: string;
      /** What it is called to the reader: an error, unless nobody asked for it. */
      readonly level: 'error' | 'warning';
    };

/** It was read. */
export function know<Value>(value: Value): Reading<Value> {
  return { kind: 'known', value };
}

/** It could not be read: which nobody may take for health. */
export function missOut(reason: string, fix: string, level: 'error' | 'warning' = 'error'): Reading<never> {
  return { kind: 'unread', reason, fix, level };
}

/** Checks what was read. That something was not is a finding of its own, made in one place. */
export function checkKnown<Value>(
  reading: Reading<Value>,
  check: (value: Value) => readonly Finding[],
): readonly Finding[] {
  return reading.kind === 'known' ? check(reading.value) : [];
}

/** The value, where there is one. */
export function unwrap<Value>(reading: Reading<Value>): Value | undefined {
  return reading.kind === 'known' ? reading.value : undefined;
}
