import type { WaitReason } from '../core/execution/among';
import type { ErrorRecord } from '../core/record/describe-error';
import type { InvocationEnding } from '../core/record/history';

/** What every event says. */
export interface Told<Type extends string> {
  readonly type: Type;
  /** When it happened, in epoch milliseconds. */
  readonly atMs: number;
  readonly executionId: string;
  /** The job's stable name. */
  readonly job: string;
  /** Number of the invocation, from 1. */
  readonly invocation: number;
  /** The delivery that it happened in (`awsRequestId`): two lines of one execution side by side differ in it. */
  readonly requestId: string;
}

export type { InvocationEnding, WaitReason };

/** What kind of work a unit is: a step, a hook that is work (`@OnStart`, `@OnComplete`), `@OnSignal`, `@OnChildEnd`, or a compensation. */
export type UnitKind = 'child-end' | 'compensation' | 'signal' | 'step' | 'on-complete' | 'on-start';

/** Where a unit of work stands. */
interface OfUnit {
  /** The name of the method. */
  readonly step: string;
  readonly kind: UnitKind;
  /** Number of the pass through the steps, from 1. */
  readonly cycle: number;
  /** Number of the try, from 1. */
  readonly attempt: number;
}

/** What an execution has done so far. */
interface OfSum {
  /** The unit of work that is next, or was the last. */
  readonly step?: string;
  readonly cycle?: number;
  /** Steps finished in all. */
  readonly stepCount: number;
  /** Attempts that failed, in all. */
  readonly failedAttemptCount?: number;
  /** From the start of the execution, in milliseconds. */
  readonly durationMs: number;
}

export interface InvocationStarted extends Told<'invocation.started'> {
  /** Whether this is the first invocation in its execution environment. */
  readonly isCold: boolean;
  /** The version of the function that runs. */
  readonly version: string;
  readonly remainingMs: number;
  /** What {@link Observer.carry} gave in an earlier invocation of this execution. */
  readonly carried?: Readonly<Record<string, string>>;
}
export interface InvocationEnded extends Told<'invocation.ended'> {
  readonly ending: InvocationEnding;
  readonly durationMs: number;
  /** What it waited for, when it ended as `waiting`. */
  readonly reason?: WaitReason;
  /** What this invocation cost, in US dollars at list price. */
  readonly costUsd: number;
  /** Steps that finished in it, as far as they were recorded; undefined when nobody knows. */
  readonly stepCount?: number;
  /** Attempts that failed in it, as far as they were recorded; undefined when nobody knows. */
  readonly failedAttemptCount?: number;
}
export interface ExecutionStarted extends Told<'execution.started'> {
  /** The unit of work that is first. */
  readonly step?: string;
  readonly remainingMs?: number;
}
export interface ExecutionResumed extends Told<'execution.resumed'> {
  readonly step: string;
  readonly cycle: number;
  readonly remainingMs: number;
  /** What it waited for before, when it did. */
  readonly waitedFor?: WaitReason;
}
/** The next invocation follows at once. */
export interface ExecutionHandedOff extends Told<'execution.handed-off'>, Partial<OfSum> {
  readonly reason: string;
  readonly channel: string;
  /** Of the continuation. */
  readonly bytes: number;
  readonly remainingMs: number;
}
/** The next invocation follows later. */
export interface ExecutionWaiting extends Told<'execution.waiting'>, Partial<OfSum> {
  readonly reason: WaitReason;
  /** What it waits for comes at this time at the latest, in epoch milliseconds. */
  readonly untilMs?: number;
  /** For how long the channel holds the continuation back, in seconds: a long wait takes several. */
  readonly delaySeconds?: number;
  readonly channel?: string;
  readonly bytes: number;
}
export interface ExecutionCompleted extends Told<'execution.completed'>, OfSum {}
export interface ExecutionFailed extends Told<'execution.failed'>, OfSum {
  readonly error: ErrorRecord;
}
export interface ExecutionCancelled extends Told<'execution.cancelled'>, OfSum {}
export interface ExecutionParked extends Told<'execution.parked'>, OfSum {
  readonly error: ErrorRecord;
  /** The command that lets it go on. */
  readonly redrive: string;
}
export interface ExecutionSuperseded extends Told<'execution.superseded'>, OfSum {}
/** Others had the slots of its job's `concurrency`. */
export interface ExecutionSkipped extends Told<'execution.skipped'>, OfSum {
  /** The ids of those that were running, ten at most. */
  readonly running: readonly string[];
}
/** A unit of work begins. */
export interface StepStarted extends Told<'step.started'>, OfUnit {}
export interface StepFinished extends Told<'step.finished'>, OfUnit {
  readonly durationMs: number;
}
/** A generator that hands over, or a step that was cancelled. */
export interface StepPaused extends Told<'step.paused'>, OfUnit {
  readonly durationMs: number;
}
export interface StepFailed extends Told<'step.failed'>, OfUnit {
  readonly durationMs: number;
  readonly error: ErrorRecord;
  readonly willRetry: boolean;
  /** How long the next try is waited for, in milliseconds; 0 when there is none. */
  readonly delayMs: number;
}
export interface StepInterrupted extends Told<'step.interrupted'>, OfUnit {
  readonly durationMs: number;
  /** What cut it off: the safe window, the hard edge, or the death of its invocation (told by the next one). */
  readonly ending: 'abandoned' | 'died' | 'safe-window';
  /** What it threw as it was cut off, if anything. */
  readonly error?: ErrorRecord;
}
export interface CheckpointStored extends Told<'checkpoint.stored'> {
  readonly bytes: number;
  readonly durationMs: number;
}
/** One channel did not take the continuation: the next one is asked, if there is one. */
export interface HandOffFailed extends Told<'hand-off.failed'> {
  readonly channel: string;
  /** Whether it is worth another try: `retry`, `refused`, `too-large` or `recursion`. */
  readonly failure: string;
  readonly error: ErrorRecord;
}
export interface SignalReceived extends Told<'signal.received'> {
  readonly name: string;
  readonly signalId: string;
}
export interface SignalRefused extends Told<'signal.refused'> {
  readonly name: string;
  readonly signalId: string;
}
export interface ChildStarted extends Told<'child.started'> {
  readonly childId: string;
  readonly status: string;
}
export interface ChildEnded extends Told<'child.ended'> {
  readonly childId: string;
  readonly status: string;
}
export interface Progress extends Told<'progress'> {
  readonly step: string;
  readonly done: number;
  readonly total?: number;
  readonly note?: string;
}
/** A delivery that runs nothing: it has neither started nor ended an invocation. */
export interface DuplicateDropped extends Told<'duplicate.dropped'> {
  /**
   * `ended`: the execution has. `late`: it has gone on without this delivery. `running`: another delivery is at work, or may be.
   * `parked`: only a redrive lets it go on.
   */
  readonly reason: 'ended' | 'late' | 'parked' | 'running';
}

/**
 * What the runtime tells of an execution, as it happens. Every event is frozen, and has neither state nor input nor results in it.
 * The `type` is append-only.
 */
export type RuntimeEvent =
  | CheckpointStored
  | ChildEnded
  | ChildStarted
  | DuplicateDropped
  | ExecutionCancelled
  | ExecutionCompleted
  | ExecutionFailed
  | ExecutionHandedOff
  | ExecutionParked
  | ExecutionResumed
  | ExecutionSkipped
  | ExecutionStarted
  | ExecutionSuperseded
  | ExecutionWaiting
  | HandOffFailed
  | InvocationEnded
  | InvocationStarted
  | Progress
  | SignalReceived
  | SignalRefused
  | StepFailed
  | StepFinished
  | StepInterrupted
  | StepPaused
  | StepStarted;

/**
 * Is told what happens, synchronously. It has to be cheap, and cannot harm the execution: what it throws is dropped, and said once in the log.
 */
export interface Observer {
  /** Called with each event, in order, while the invocation waits: be quick. What it throws changes nothing. */
  on(event: RuntimeEvent): void;
  /** For traces: what every later invocation of this execution is given as `carried`. Small: it travels in record and continuation. */
  carry?(executionId: string): Record<string, string>;
  /** For traces: called around a unit of work, whose `step.started` it is given; has to call `run` once and return what it returns. */
  around?<Result>(event: StepStarted, run: () => Result): Result;
}
