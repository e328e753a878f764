/** What a finding means: `error` cannot work or was not established, `warning` works less well than it looks. */
export type Level = 'error' | 'ok' | 'warning';

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
