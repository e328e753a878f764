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
  StepCall,
  StepRun,
} from './run-records';

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

/** What a timeline is written from. */
interface TimelineFacts {
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly outcome: JobOutcome;
  readonly steps: readonly StepRun[];
  readonly invocations: readonly InvocationRun[];
  readonly continuations: readonly ContinuationRun[];
  readonly deadLetters: readonly DeadLetter[];
  readonly keyCollisions: readonly KeyCollision[];
}

/** Writes a run as text: one line per invocation, its steps and what it sent below it. */
function writeTimeline(run: TimelineFacts): string {
  const lines = run.invocations.flatMap((invocation) => describeInvocation(run, invocation));
  const letters = run.deadLetters.map(
    ({ channel, delivery, reason }) => `dead letter: ${channel} ${delivery} (${reason})`,
  );
  const collisions = run.keyCollisions.map(({ key, whats }) => `one key, ${key}: ${whats.join(', ')}`);
  const count = run.invocations.length;
  const end = `${run.outcome} after ${formatDuration(run.durationMs)} in ${count} ${count === 1 ? 'invocation' : 'invocations'}`;
  return [...lines, ...letters, ...collisions, end].join('\n');
}

function describeInvocation(run: TimelineFacts, invocation: InvocationRun): string[] {
  const { call, channel, delivery, receiveCount, startedAtMs, durationMs, end, reason } = invocation;
  const again = receiveCount > 1 ? `, delivery ${receiveCount}` : '';
  const why = reason === undefined ? '' : ` (${reason})`;
  const at = formatDuration(startedAtMs - run.startedAtMs);
  return [
    `${at} #${call} by ${channel} ${delivery}${again}: ${end}${why} after ${formatDuration(durationMs)}`,
    ...describeCalls(run, call),
    ...run.continuations.filter((continuation) => continuation.call === call).map(describeContinuation),
  ];
}

/** Calls of the same step in a row take one line. */
function describeCalls(run: TimelineFacts, call: number): string[] {
  const lines: { text: string; count: number }[] = [];
  const calls = run.steps.flatMap((step) => step.calls.map((one) => ({ name: step.name, one })));
  const ofInvocation = calls
    .filter(({ one }) => one.call === call)
    .sort((a, b) => a.one.startedAtMs - b.one.startedAtMs);
  for (const { name, one } of ofInvocation) {
    const text = describeCall(name, one);
    const last = lines.at(-1);
    if (last?.text === text) last.count += 1;
    else lines.push({ text, count: 1 });
  }
  return lines.map(({ text, count }) => `  ${text}${count > 1 ? ` × ${count}` : ''}`);
}

function describeCall(name: string, { attempt, durationMs, end, error }: StepCall): string {
  const nth = attempt > 1 ? ` attempt ${attempt}` : '';
  const took = durationMs > 0 ? ` ${formatDuration(durationMs)}` : '';
  const ends = {
    'cut-off': ' cut off',
    returned: '',
    stopped: ' stopped',
    threw: ` threw ${describeThrown(error)}`,
  };
  return `${name}${nth}${took}${ends[end]}`;
}

function describeThrown(error: unknown): string {
  const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
  return typeof message === 'string' ? `${String(name)}: ${message.split('\n')[0]}` : String(error);
}

/** Without its size, which changes with the version of this package. */
function describeContinuation({ channel, delaySeconds, invocation }: ContinuationRun): string {
  const delay = delaySeconds > 0 ? ` after ${formatDuration(delaySeconds * 1_000)}` : '';
  return `  → invocation ${invocation} by ${channel}${delay}`;
}

const units: readonly [string, number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];

/** `0 ms`, `1 m 30 s`: every unit that is not nothing, the largest first. */
function formatDuration(ms: number): string {
  let rest = Math.round(ms);
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.length === 0 ? '0 ms' : parts.join(' ');
}
