import type {
  Concurrency,
  Durability,
  JobClass,
  Limits,
  Migration,
} from '../runtime/core/execution/job-plan';
import type { StandardSchema } from '../runtime/core/state/codec-and-schema';
import { declare } from './declare';

/** What a job needs to know about time, and what else it may ask for. All times are whole milliseconds. */
export interface LongRunningOptions {
  /**
   * The safe window at the end of each invocation, in milliseconds. Once no more than this remains, no step starts and the running
   * step's `signal` aborts. An integer ≥ 1. Not the length of an invocation: that is the function's own timeout.
   */
  safeMs: number;
  /** How often the watchdog looks at the time left, in milliseconds. An integer ≥ 1, smaller than `safeMs`. Not how often state is saved. */
  intervalMs: number;
  /**
   * The hard edge, in milliseconds before the end: kept for saving and handing over. A step that still runs then is abandoned.
   * An integer ≥ 1, smaller than `safeMs`.
   * @defaultValue a quarter of `safeMs`, at most 10000
   */
  reserveMs?: number;
  /**
   * The job's identity in every checkpoint; it must stay the same while executions run. A letter or digit, then up to 63 letters,
   * digits, `.`, `_` or `-`. Not the function's name.
   * @defaultValue the class name, unless a minifier or a bundler may have made it: one of fewer than 3 characters, or with a number at
   * its end (`Sync2`), is refused. So give a name, or have class names kept (esbuild: `keepNames`).
   */
  name?: string;
  /** The version of the state's shape; raise it when older checkpoints no longer fit. An integer ≥ 1. @defaultValue 1 */
  version?: number;
  /** By version, what turns that version's state into the next one's. Keys from 1 to `version` − 1. @defaultValue none */
  migrations?: Readonly<Record<number, Migration>>;
  /** The fuses: what ends an execution that has run away. Each a positive number. */
  limits?: LimitsOptions;
  /**
   * When a checkpoint is stored: `'step'` before each next step, `{ everyMs }` at most that often, `'handoff'` at hand-offs only.
   * @defaultValue `'step'` with a checkpoint store, `'handoff'` without; `'step'` without a store is refused
   */
  durability?: Durability;
  /**
   * How many executions run at the same time. Needs a checkpoint store.
   * @defaultValue as many as are started
   * @example concurrency: { limit: 5, key: (input: Order) => input.tenant }
   * @example concurrency: { limit: 1, whenBusy: 'skip' }
   */
  concurrency?: Concurrency;
  /** Which code an execution carries on with: the version that it began on, or the newest. @defaultValue `BATON_CONTINUE_ON`, else `'pinned'` */
  continueOn?: 'latest' | 'pinned';
  /**
   * What the start event's input must look like: a class with class-validator's decorators, or a Standard Schema (Zod, Valibot, …).
   * Checked before an execution exists. @defaultValue any input is taken as it is
   */
  input?: (new () => object) | StandardSchema;
}

/** The fuses, each with a default. */
export interface LimitsOptions extends Partial<Limits> {}

/**
 * Makes a class a job. It has `@Step` methods, `@State` fields and one `@Terminate` predicate; `createHandler` makes a Lambda handler of it.
 *
 * A subclass of a job is a job only when it carries a `@LongRunning` of its own.
 *
 * @example
 * ```ts
 * @LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
 * class ReconcilePayments {}
 * ```
 */
export function LongRunning(options: LongRunningOptions): (jobClass: JobClass) => void;
export function LongRunning(...args: unknown[]): unknown {
  return declare('LongRunning', args);
}
