import type { LogLine } from './memory-logger';

/**
 * How a run ended. `lost`: nothing is scheduled any more, and no ending is recorded (recursion detection, dead letters).
 * `unfinished`: it was given up after `maxDeliveries`.
 */
export type JobOutcome = 'cancelled' | 'completed' | 'failed' | 'lost' | 'unfinished';

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
  readonly end: CallEnd;
  /** What it threw, when it threw. */
  readonly error?: unknown;
}

/** One pass through a step, over all its calls: attempts, and re-runs after an invocation died or a generator was stopped. */
export interface StepRun {
  /** The method's name; `@OnStart` and `@OnComplete` are here too. */
  readonly name: string;
  readonly cycle: number;
  /** How often its method was called. */
  readonly attempts: number;
  /** Virtual milliseconds spent in its calls. */
  readonly durationMs: number;
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
  readonly channel: DeliveryChannel;
  /** How often this delivery has come, from 1. */
  readonly receiveCount: number;
  /** The number of the invocation within the execution; undefined when it died too early to say. */
  readonly invocation: number | undefined;
  readonly startedAtMs: number;
  readonly durationMs: number;
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
  readonly channel: string;
  /** UTF-8 bytes of the whole envelope. */
  readonly bytes: number;
  readonly delaySeconds: number;
  /** The invocation that it starts. */
  readonly invocation: number;
  /** The Lambda call that sent it. */
  readonly call: number;
  readonly body: string;
}

/** One write to the checkpoint store. */
export interface CheckpointRun {
  readonly atMs: number;
  /** The Lambda call that wrote it. */
  readonly call: number;
  readonly status: string;
  readonly invocation: number;
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
  readonly delivery: string;
  readonly channel: DeliveryChannel;
  readonly reason: 'ExecutionFailed' | 'MaxReceiveCount' | 'RecursiveInvocation' | 'RetriesExhausted';
  readonly body: string;
}

/** A log line with its time and the Lambda call it was written in (0: none). */
export interface RunLogLine extends LogLine {
  readonly atMs: number;
  readonly call: number;
}
