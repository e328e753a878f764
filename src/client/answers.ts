import type { CommandSender } from '../runtime/adapters/aws/lazy-client';
import type { ExecutionDescription, ExecutionProgress } from '../runtime/core/record/execution-description';
import type { EarlierInvocations, InvocationEntry } from '../runtime/core/record/history';
import type { StopMark } from '../runtime/core/record/stop-mark';
import type { CheckpointStore, Clock, ExecutionStatus } from '../runtime/ports';

export type { EarlierInvocations, ExecutionDescription, ExecutionProgress, InvocationEntry, StopMark };

/** What a {@link BatonClient} works with. */
export interface BatonClientOptions {
  /** The store that the function keeps its executions in. */
  readonly store: CheckpointStore;
  /** The function's name or ARN, with an alias or version if that is to be started. Needed to start and to redrive. */
  readonly functionName?: string;
  /** A Lambda client. @defaultValue one of the AWS SDK, loaded on first use */
  readonly client?: CommandSender;
  /** The function's `BATON_SIGNING_KEY`, when it has one: tokens of signals are checked with it. @defaultValue none */
  readonly signingKey?: string;
  /** Tells the time. @defaultValue the machine's clock, which should agree with Lambda's to a few seconds: leases are compared with it */
  readonly clock?: Clock;
}

/** What an execution is started with. */
export interface StartRequest {
  /** Names the work, so that it is done once: 1 to 256 characters, not beginning with `lambda-baton:`. @defaultValue a random one */
  readonly executionId?: string;
  /** Plain JSON data; anything that JSON would change is refused with its path. @defaultValue {} */
  readonly input?: unknown;
  /**
   * The job's name: an execution of another job under the same id is a conflict then, and a function that runs another job refuses the start.
   * @defaultValue not looked at
   */
  readonly job?: string;
}

/** What became of a start. */
export interface StartAnswer {
  /** The execution's id. */
  readonly executionId: string;
  /** Whether the start was sent; false when an execution of this id and input has begun already. */
  readonly isNew: boolean;
  /** The execution that was there already, running or finished; undefined for one that has not begun. */
  readonly execution: ExecutionDescription | undefined;
}

/** An execution's result, or why there is none. */
export interface ExecutionResult {
  /** The execution's id. */
  readonly executionId: string;
  /** A failed execution is thrown. */
  readonly status: Exclude<ExecutionStatus, 'failed'>;
  /** The invocation that was claimed last. */
  readonly invocation: number;
  /** What it completed with, when that was something. */
  readonly result?: unknown;
}

/** What became of a request to cancel. */
export interface CancelAnswer {
  /** `requested`: it ends at its next safe point, or when its next invocation begins. `already-ended`: nothing was changed. */
  readonly kind: 'already-ended' | 'requested';
  /** How the execution stands. */
  readonly execution: ExecutionDescription;
}

/** A signal that is sent: to a named execution, or by a token of `ctx.signalToken`. */
export type SignalRequest =
  | {
      readonly executionId: string;
      /** 1 to 64 letters, digits, `.`, `_`, `:` or `-`. */
      readonly name: string;
      /** Plain JSON data of at most 256 KB; anything that JSON would change is refused with its path. @defaultValue none */
      readonly payload?: unknown;
      /** Names the occasion, so that it counts once: 1 to 256 characters. @defaultValue a random one */
      readonly signalId?: string;
    }
  | { readonly token: string; readonly payload?: unknown };

/** What became of a signal. */
export interface SignalResult {
  /** `repeated`: the execution has had a signal of this id before. `ended`: it is over, and nothing was kept. */
  readonly kind: 'accepted' | 'ended' | 'repeated';
  /** The id under which the signal counts once. */
  readonly signalId: string;
}

/** How an execution is redriven. */
export interface RedriveOptions {
  /** `latest`: it goes on with whatever code gets it, and is pinned to that. @defaultValue on the version that it is pinned to */
  readonly continueOn?: 'latest';
}

/** What became of a redrive. */
export interface RedriveAnswer {
  /** The execution's id. */
  readonly executionId: string;
  /** The invocation that goes on with it. */
  readonly invocation: number;
}

/** One line of a list. */
export interface ExecutionSummary {
  /** The execution's id. */
  readonly executionId: string;
  /** The job's name. */
  readonly job: string;
  /** How the execution stands. */
  readonly status: ExecutionStatus;
  /** In epoch milliseconds. */
  readonly startedAtMs: number;
  /** The invocation that was claimed last; null when the record cannot be read. */
  readonly invocation: number | null;
  /** See {@link ExecutionDescription.isStuck}; false when the record cannot be read. */
  readonly isStuck: boolean;
  /** See {@link ExecutionDescription.isParked}; false when the record cannot be read. */
  readonly isParked: boolean;
  /** See {@link ExecutionDescription.costUsd}; undefined when the record cannot be read. */
  readonly costUsd?: number;
  /** See {@link ExecutionDescription.waitsFor}. */
  readonly waitsFor?: ExecutionDescription['waitsFor'];
  /** As its last checkpoint says; `status` knows what a heartbeat has said since. */
  readonly progress?: ExecutionProgress;
}

/** Which executions to sweep. */
export interface SweepRequest {
  /** Only executions of the job of this name. @defaultValue those of every job in the store that the function runs: name the job when the store has several */
  readonly job?: string;
  /** At most this many are sent on, from 1 to 1,000. @defaultValue 100 */
  readonly limit?: number;
  /** How long nobody must have come for an execution, in milliseconds: longer than Lambda or the queue take to deliver again. @defaultValue 900000 */
  readonly graceMs?: number;
  /** Only says what would be done. @defaultValue false */
  readonly isDryRun?: boolean;
}

/** What a sweep did, or would do. */
export interface SweepAnswer {
  /** Those that nobody would have come for, and that were sent on. */
  readonly swept: readonly RedriveAnswer[];
  /** Those that could not be sent on, with the reason: the next sweep tries again. */
  readonly failed: readonly { readonly executionId: string; readonly reason: string }[];
  /** Those that wait for a person, since AWS's recursion detection would stop them. */
  readonly parkedIds: readonly string[];
  /** Whether there may be more than were looked at. */
  readonly hasMore: boolean;
}

/** What a job is stopped with. */
export interface StopRequest {
  /** Why, for whoever meets the stop: up to 500 characters. @defaultValue none, or that of a stop that stands already */
  readonly reason?: string;
}

/** What became of a stop. */
export interface StopAnswer extends StopMark {
  /** Those that were asked to end now or before, and have not ended. */
  readonly executionIds: readonly string[];
  /** Those that could not be asked, with the reason: they end when their next invocation begins. */
  readonly failed: readonly { readonly executionId: string; readonly reason: string }[];
  /** Whether there may be more, in a store that cannot list them: they end when their next invocation begins. */
  readonly hasMore: boolean;
}

/** What became of a resume. */
export interface ResumeAnswer {
  /** The job's name. */
  readonly job: string;
  /** Whether the job was stopped before. */
  readonly wasStopped: boolean;
}
