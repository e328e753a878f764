import type { FaultKind } from '../faults/fault-kind';
import type { InvocationEnd } from './invocation-end';
import type { InvocationStart } from './invocation-start';

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
  'invocation-start': [InvocationStart];
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
  /** A fault struck. */
  fault: [
    {
      readonly kind: FaultKind | 'crash-caller' | 'delay' | 'error';
      readonly target: string;
      readonly operation?: string;
      readonly requestId?: string;
    },
  ];
  'environment-start': [
    {
      readonly functionName: string;
      readonly version: string;
      readonly environmentId: string;
      readonly pid: number;
    },
  ];
  'environment-end': [
    {
      readonly functionName: string;
      readonly version: string;
      readonly environmentId: string;
      readonly pid: number;
    },
  ];
}
