import type { LogLine } from './memory-logger';

/**
 * How a run ended. `lost`: nothing is scheduled any more, and no ending is recorded (recursion detection, dead letters).
 * `unfinished`: it was given up after `maxDeliveries`.
 */
export type JobOutcome = 'cancelled' | 'completed' | 'failed' | 'lost' | 'skipped' | 'unfinished';

/** How one call of a step ended. `cut-off`: it had not returned when its invocation was over. */
export type CallEnd = 'cut-off' | 'returned' | 'stopped' | 'threw';

/** One call of a step's method. */
export interface StepCall {
  /** The Lambda call it was made in, counted from 1 over the whole run. */
  readonly call: number;
  /** `ctx.invocation`. */
  readonly invocation: number;
  /** `ctx.attempt`. */
  readonly attempt: number;
  /** `ctx.idempotencyKey` when it began. */
  readonly idempotencyKey: string;
  /** Virtual epoch milliseconds. */
  readonly startedAtMs: number;
  /** Virtual milliseconds. */
  readonly durationMs: number;
  /** How the call ended. */
  readonly end: CallEnd;
  /** What it threw, when it threw. */
  readonly error?: unknown;
}

/** One pass through a step, over all its calls: attempts, and re-runs after an invocation died or a generator was stopped. */
export interface StepRun {
  /** The method's name; `@OnStart` and `@OnComplete` are here too. */
  readonly name: string;
  /** Number of the pass through the steps, from 1. */
  readonly cycle: number;
  /** How often its method was called. */
  readonly attempts: number;
  /** Virtual milliseconds spent in its calls. */
  readonly durationMs: number;
  /** Every call of the method, in order. */
  readonly calls: readonly StepCall[];
}

/** Why a Lambda call ended. `threw`: the handler failed otherwise than by the failure of the execution. `crashed` and `timed-out`: the process died. */
export type InvocationEnd =
  | 'cancelled'
  | 'completed'
  | 'crashed'
  | 'duplicate'
  | 'failed'
  | 'handed-off'
  | 'signalled'
  | 'skipped'
  | 'superseded'
  | 'threw'
  | 'timed-out'
  | 'waiting';

/** By which way an event came: from outside, from the execution itself through Lambda, or through the queue. */
export type DeliveryChannel = 'event' | (string & {});

/** One call of the handler. */
export interface InvocationRun {
  /** From 1, over the whole run, in the order they began. */
  readonly call: number;
  /** `awsRequestId`, or the SQS `messageId`: the same when it is delivered again. */
  readonly delivery: string;
  /** What brought it. */
  readonly channel: DeliveryChannel;
  /** How often this delivery has come, from 1. */
  readonly receiveCount: number;
  /** The number of the invocation within the execution; undefined when it died too early to say. */
  readonly invocation: number | undefined;
  /** When it began, in epoch milliseconds of virtual time. */
  readonly startedAtMs: number;
  /** How long it ran, in milliseconds of virtual time. */
  readonly durationMs: number;
  /** How it ended. */
  readonly end: InvocationEnd;
  /** Why it handed over: `safe-window`, `wait`, `retry-delay`, `budget` or `interrupted`. */
  readonly reason?: string;
  /** What the handler answered. */
  readonly answer?: unknown;
  /** What the handler threw. */
  readonly error?: unknown;
}

/** One continuation that a channel accepted. */
export interface ContinuationRun {
  /** What carried it. */
  readonly channel: string;
  /** UTF-8 bytes of the whole envelope. */
  readonly bytes: number;
  /** How long it was held back, in seconds. */
  readonly delaySeconds: number;
  /** The invocation that it starts. */
  readonly invocation: number;
  /** The Lambda call that sent it. */
  readonly call: number;
  /** The text that was sent. */
  readonly body: string;
}

/** One write to the checkpoint store. */
export interface CheckpointRun {
  /** When it was written, in epoch milliseconds of virtual time. */
  readonly atMs: number;
  /** The Lambda call that wrote it. */
  readonly call: number;
  /** How the execution stood. */
  readonly status: string;
  /** Number of the Lambda call that wrote it, from 1. */
  readonly invocation: number;
  /** Number of the pass through the steps, from 1. */
  readonly cycle: number;
  /** The step that comes next; null when there is none. */
  readonly step: string | null;
  /** UTF-8 bytes of the state's text. */
  readonly bytes: number;
  /** Whether the store took it: `false` for a write that a later claim had fenced off. */
  readonly isAccepted: boolean;
}

/** An event or message that nobody tries any more. */
export interface DeadLetter {
  /** The id of the event or message. */
  readonly delivery: string;
  /** What had brought it. */
  readonly channel: DeliveryChannel;
  /** Why it was given up. */
  readonly reason: 'ExecutionFailed' | 'MaxReceiveCount' | 'RecursiveInvocation' | 'RetriesExhausted';
  /** The text of the event or message. */
  readonly body: string;
}

/** A log line with its time and the Lambda call it was written in (0: none). */
export interface RunLogLine extends LogLine {
  /** When it was logged, in epoch milliseconds of virtual time. */
  readonly atMs: number;
  /** Number of the handler call, from 1. */
  readonly call: number;
}
