import type { RuntimeEvent } from '../runtime/observe/runtime-event';
import type { Boundary } from './boundaries';
import {
  type EffectRecord,
  type KeyCollision,
  listKeyCollisions,
  listRepeated,
  type RepeatedEffect,
} from './effect-ledger';
import type {
  CheckpointRun,
  ContinuationRun,
  DeadLetter,
  InvocationRun,
  JobOutcome,
  RunLogLine,
  StepRun,
} from './run-records';
import { writeTimeline } from './write-timeline';

/** What happened in a run: for assertions, and for reading (`String(run)`). */
export class JobRun<State = unknown> {
  /** The execution's id. */
  readonly executionId: string;
  /** What became of the execution. */
  readonly outcome: JobOutcome;
  /** What the execution completed with: what `@OnComplete` returned, or `complete(value)`. */
  readonly result: unknown;
  /** What a failed execution's handler threw, with the cause; else undefined. From a queue's message, as it was logged. */
  readonly error: unknown;
  /** The job's `@State` fields at the end. */
  readonly state: State;
  /** In the order they began. */
  readonly steps: readonly StepRun[];
  /** In the order they began. */
  readonly invocations: readonly InvocationRun[];
  /** Every continuation that was sent, in order. */
  readonly continuations: readonly ContinuationRun[];
  /** Writes to the checkpoint store; none without a store. */
  readonly checkpoints: readonly CheckpointRun[];
  /** Every event or message that was given up. */
  readonly deadLetters: readonly DeadLetter[];
  /** What was recorded in `env.effects`. */
  readonly effects: readonly EffectRecord[];
  /** Every line that was logged, in order. */
  readonly logs: readonly RunLogLine[];
  /** What the runtime told its observers, in the order it happened. */
  readonly events: readonly RuntimeEvent[];
  /** Virtual epoch milliseconds. */
  readonly startedAtMs: number;
  /** Virtual milliseconds until nothing was scheduled any more. */
  readonly durationMs: number;
  /** How many invocations ended the execution: more than one is a fork. */
  readonly endingCount: number;
  /** Every point at which a fault can be put, for `schedule`. */
  readonly boundaries: readonly Boundary[];

  constructor(parts: JobRunParts<State>) {
    this.executionId = parts.executionId;
    this.outcome = parts.outcome;
    this.result = parts.result;
    this.error = parts.error;
    this.state = parts.state;
    this.steps = parts.steps;
    this.invocations = parts.invocations;
    this.continuations = parts.continuations;
    this.checkpoints = parts.checkpoints;
    this.deadLetters = parts.deadLetters;
    this.effects = parts.effects;
    this.logs = parts.logs;
    this.events = parts.events;
    this.startedAtMs = parts.startedAtMs;
    this.durationMs = parts.durationMs;
    this.endingCount = parts.endingCount;
    this.boundaries = parts.boundaries;
  }

  /** The effects that happened more than once. */
  get repeatedEffects(): readonly RepeatedEffect[] {
    return listRepeated(this.effects);
  }

  /** The keys under which different effects were recorded. */
  get keyCollisions(): readonly KeyCollision[] {
    return listKeyCollisions(this.effects);
  }

  /** The run as a compact text that is always the same for the same run: for snapshots. */
  timeline(): string {
    return writeTimeline(this);
  }

  /** The run as text, for a message. */
  toString(): string {
    return this.timeline();
  }
}

/** The facts of a {@link JobRun}. */
export type JobRunParts<State = unknown> = Omit<
  JobRun<State>,
  'keyCollisions' | 'repeatedEffects' | 'timeline' | 'toString'
>;
