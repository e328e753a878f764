import type { EventEmitter } from 'node:events';
import type { FaultKind } from './faults';

/**
 * Why an invocation ended.
 *
 * - `ok`: the handler answered
 * - `error`: the handler threw
 * - `time-out`: killed at its deadline
 * - `exit`: the process ended by itself, or was killed from outside
 * - `out-of-memory`: the memory limit
 * - `init-error`: the environment could not start
 * - `crash-fault`: killed by a fault that was asked for, or by `kill`
 * - `stopped`: the local Lambda was stopped meanwhile
 */
export type EndReason =
  | 'crash-fault'
  | 'error'
  | 'exit'
  | 'init-error'
  | 'ok'
  | 'out-of-memory'
  | 'stopped'
  | 'time-out';

/** An invocation begins: its event goes to an environment. */
export interface InvocationStart {
  /** The function's name. */
  readonly functionName: string;
  /** `$LATEST` or a number: what runs, as `context.functionVersion` has it. */
  readonly version: string;
  /** As `context.invokedFunctionArn` has it, with the caller's qualifier. */
  readonly invokedFunctionArn: string;
  /** The id of the request. */
  readonly requestId: string;
  /** Which delivery of this event or message it is, from 1. */
  readonly attempt: number;
  /** How it came: by `Invoke`, or by a queue. */
  readonly channel: 'invoke' | 'sqs';
  /** Whether somebody waits for the answer. */
  readonly invocationType: 'Event' | 'RequestResponse';
  /** UTF-8 bytes of the event. */
  readonly bytes: number;
  /** The event as JSON text. */
  readonly payload: string;
  /** How many invocations of this function are behind each other in this chain, this one included: what recursion detection counts. */
  readonly chainLength: number;
  /** The execution environment that runs it. */
  readonly environmentId: string;
  /** Whether a new environment had to be started for it. */
  readonly cold: boolean;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Epoch milliseconds: when it will be killed. */
  readonly deadline: number;
}

/** An invocation is over, with the figures of AWS's REPORT line. */
export interface InvocationEnd extends InvocationStart {
  /** What it ended of. */
  readonly reason: EndReason;
  /** The answer as JSON text; with a failure, AWS's error document. */
  readonly response: string;
  /** Set when it failed. */
  readonly error?: { readonly errorType: string; readonly errorMessage: string };
  /** From delivery to the end, without the cold start. */
  readonly durationMs: number;
  /** Length of the cold start, when there was one. */
  readonly initMs?: number;
  /** What AWS would bill: cold start and duration, rounded up. */
  readonly billedMs: number;
  /** The most memory that it used, in MB. */
  readonly memoryMb: number;
  /** The highest resident size of the process so far. 0 where it cannot be read (outside Linux). */
  readonly maxMemoryMb: number;
}

/** Why an event or message will not be delivered (again). The names are those of AWS's destination records where it has one. */
export type DropReason =
  | 'EventAgeExceeded'
  | 'RecursiveInvocation'
  | 'RetriesExhausted'
  | 'ZeroReservedConcurrency';

/** A function's asynchronous event or queue message: what an event is about. */
interface About {
  readonly functionName: string;
  /** `awsRequestId` of the event, or `messageId` of the message. */
  readonly requestId: string;
}

/** What a {@link LocalLambda} tells while it runs: name of the event → its arguments. */
export interface LocalLambdaEvents {
  /** An invocation was given to an execution environment. */
  'invocation-start': [InvocationStart];
  /** It has ended, however that was. */
  'invocation-end': [InvocationEnd];
  /** A line that a handler, or the runtime, wrote; `requestId` is that of the invocation under way, if any. */
  log: [
    {
      readonly functionName: string;
      readonly requestId?: string;
      readonly stream: 'stderr' | 'stdout';
      readonly line: string;
      readonly environmentId: string;
    },
  ];
  /** A line that {@link LocalLambdaOptions.preload} wrote to descriptor 4. */
  note: [
    {
      readonly functionName: string;
      readonly requestId?: string;
      readonly line: string;
      readonly environmentId: string;
    },
  ];
  /** An `Event` was accepted (202) and queued. */
  accepted: [About & { readonly bytes: number; readonly callerRequestId?: string }];
  /** An event will be tried again: its `attempt`-th delivery comes in `delayMs` milliseconds. */
  retry: [About & { readonly attempt: number; readonly delayMs: number }];
  /** A call or delivery was refused because too many invocations are running. */
  throttled: [About & { readonly invocationType: 'Event' | 'RequestResponse' }];
  /** An event was given up, or a message refused to its function; `sentTo` lists the ARNs that got it. */
  dropped: [
    About & {
      readonly reason: DropReason;
      readonly channel: 'invoke' | 'sqs';
      readonly sentTo: readonly string[];
    },
  ];
  /** A message reached a queue. */
  message: [
    {
      readonly queueName: string;
      readonly messageId: string;
      readonly bytes: number;
      readonly delayMs: number;
      readonly deadLetter: boolean;
    },
  ];
  /** A one-time schedule was made, has fired, was deleted, or could not invoke its function: `reason` says why. */
  schedule: [
    {
      readonly kind: 'created' | 'deleted' | 'fired' | 'lost';
      readonly name: string;
      readonly groupName: string;
      readonly functionArn: string;
      /** Epoch milliseconds. */
      readonly fireAtMs: number;
      /** The event that it became, with `fired`. */
      readonly requestId?: string;
      readonly reason?: string;
    },
  ];
  /** A fault struck. */
  fault: [
    {
      readonly kind: FaultKind | 'crash-caller' | 'delay' | 'error';
      readonly target: string;
      readonly operation?: string;
      readonly requestId?: string;
    },
  ];
  /** A process of a function was started. */
  'environment-start': [
    {
      readonly functionName: string;
      readonly version: string;
      readonly environmentId: string;
      readonly pid: number;
    },
  ];
  /** It has ended, or was killed. */
  'environment-end': [
    {
      readonly functionName: string;
      readonly version: string;
      readonly environmentId: string;
      readonly pid: number;
    },
  ];
}

/** Tells listeners that something has happened. */
export type Emit = <Name extends keyof LocalLambdaEvents>(
  name: Name,
  ...event: LocalLambdaEvents[Name]
) => void;

/** An {@link Emit} that a throwing listener cannot stop half-way: what it throws is thrown where it harms nothing. */
export function createEmit(emitter: EventEmitter<LocalLambdaEvents>): Emit {
  return (name, ...event) => {
    try {
      emitter.emit(name, ...(event as never));
    } catch (error) {
      reportLater(error);
    }
  };
}

/** Throws a user's error outside of what is going on: as an uncaught exception of this process. */
export function reportLater(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
