import type { FieldCodec } from '../state/codec-and-schema';
import type { RetryPolicy } from './retry-policy';

/** A class that can be a job. */
// biome-ignore lint/suspicious/noExplicitAny: constructor parameters are dependencies of any type; DI resolves them
export type JobClass<Job extends object = object> = new (...dependencies: any[]) => Job;

/** One `@Step` method, with every option filled in. */
export interface StepPlan {
  readonly method: string;
  /** Runs in the first cycle only. */
  readonly once: boolean;
  readonly retry: RetryPolicy;
  /** Longest attempt in milliseconds; none when undefined. */
  readonly timeoutMs: number | undefined;
  /** The step is not started with less than this many milliseconds before the safe window. @defaultValue 0 */
  readonly minBudgetMs: number;
  /** The method that undoes a run of it. @defaultValue nothing does */
  readonly compensate?: string;
}

/** One `@State` field. */
export interface StateFieldPlan {
  readonly field: string;
  readonly codec: FieldCodec<unknown> | undefined;
  /** Never logged, at any level. */
  readonly secret: boolean;
}

/** The fuses, with every default filled in. */
export interface Limits {
  readonly maxInvocations: number;
  readonly maxDurationMs: number;
  readonly maxIdleInvocations: number;
  readonly maxInterruptions: number;
  readonly maxStalledInvocations: number;
  readonly maxCostUsd: number | undefined;
  /** How deep children may start children: a child of one that has no parent is at 1. @defaultValue 3 */
  readonly maxDepth?: number | undefined;
}

/** How many executions of a job run at the same time. */
export interface Concurrency {
  /** The most executions that run at the same time, or sleep in the middle of their work, for each key. A whole number from 1 to 1,000. */
  readonly limit: number;
  /** Of which part of the input the limit is: a tenant's, say. A text; it sees the input as `ctx.input` is. @defaultValue one limit for the job */
  // biome-ignore lint/suspicious/noExplicitAny: the input is of the job's own type
  readonly key?: (input: any) => string;
  /**
   * What becomes of an execution that finds no slot free. `'queue'`: it waits, first come, first served, 10,000 at most.
   * `'skip'`: it ends as `skipped`. `'cancel-running'`: the oldest are cancelled, waiting ones too, until it has a slot.
   * @defaultValue `'queue'`
   */
  readonly whenBusy?: 'cancel-running' | 'queue' | 'skip';
}

/** When a checkpoint is stored: after every step, at most every so often, or at hand-offs only. */
export type Durability = 'handoff' | 'step' | { readonly everyMs: number };

/** One version's state becomes the next version's. */
export type Migration = (state: Record<string, unknown>) => Record<string, unknown>;

/** The hooks' method names. */
export interface HookPlan {
  readonly onStart?: string;
  readonly onResume?: string;
  readonly onHandoff?: string;
  readonly onComplete?: string;
  readonly onFailure?: string;
  readonly onCancel?: string;
  readonly onChildEnd?: string;
}

/** One `@OnSignal` method. */
export interface SignalPlan {
  readonly method: string;
  /** The name of the signals that it is called for. */
  readonly name: string;
  /** A class-validator class or a Standard Schema; undefined when every payload is taken as it is. */
  readonly payload: unknown;
}

/** A job's whole definition, checked, complete and frozen: what the runtime reads instead of decorators. */
export interface JobPlan {
  readonly jobClass: JobClass;
  readonly name: string;
  readonly version: number;
  readonly migrations: Readonly<Record<number, Migration>>;
  readonly safeMs: number;
  readonly intervalMs: number;
  readonly reserveMs: number;
  /** Waits and retry delays are this long at most, in milliseconds. Undefined everywhere but on a local Lambda that skips waits. */
  readonly maxPauseMs?: number;
  readonly limits: Limits;
  /** Undefined when the job leaves it to the runtime: `step` with a store, `handoff` without. */
  readonly durability: Durability | undefined;
  /** @defaultValue as many as are started */
  readonly concurrency?: Concurrency | undefined;
  /** Undefined when the job leaves it to the environment (`BATON_CONTINUE_ON`). */
  readonly continueOn: 'latest' | 'pinned' | undefined;
  /** A class-validator class or a Standard Schema. */
  readonly input: unknown;
  /** In the order they run: a base class's first. Never empty. */
  readonly steps: readonly StepPlan[];
  readonly state: readonly StateFieldPlan[];
  readonly terminate: { readonly method: string; readonly check: 'cycle' | 'step' };
  readonly hooks: HookPlan;
  /** The `@OnSignal` methods. @defaultValue none */
  readonly signals?: readonly SignalPlan[];
}
