import type { RecursionSetting } from '../core/execution/line';
import type { Context } from './platform';

/** What a {@link ContinuationSender} is asked to send. */
export interface ContinuationRequest {
  /** The whole envelope as JSON text. At most the sender's `maxBytes` of UTF-8. */
  readonly body: string;
  /** Whole seconds before the continuation is delivered, at most the sender's `maxDelaySeconds`. */
  readonly delaySeconds?: number;
  /** The execution that is handed over. */
  readonly executionId: string;
  /** The number of the invocation that the continuation starts, from 2; for any other message that of the one that sends it. */
  readonly invocation: number;
  /**
   * The same for every sending of one hand-off, whatever form its body has, and different for any other hand-off of the same invocation
   * number: what a channel that drops duplicates tells messages apart by. @defaultValue the body itself: only the very same is the same
   */
  readonly hopId?: string;
  /** The Lambda context of the invocation that sends. */
  readonly context: Context;
  /** Milliseconds after which the sender must have given up. */
  readonly timeoutMs: number;
}

/** One channel for continuations. Behind the token `CONTINUATION_SENDERS`, a list in the order they are tried. */
export interface ContinuationSender {
  /** The channel's name in logs and errors, for example `lambda` or `sqs`. */
  readonly channel: string;
  /** The largest body this channel takes, in UTF-8 bytes. Read before every sending: a channel may learn it from a refusal. */
  readonly maxBytes: number;
  /** How long this channel can hold a continuation back, in seconds. @defaultValue 900 for a channel called `sqs`, 0 for any other */
  readonly maxDelaySeconds?: number;
  /** The shortest delay that it is for, in seconds: what is due sooner goes by others. @defaultValue 0 */
  readonly minDelaySeconds?: number;
  /**
   * Resolves when the channel accepted the continuation; rejects, best with a `HandOffFailedError`, when it did not. One whose
   * `details.failure` is `too-large` is answered with a smaller form of the same message, at most `details.maxBytes` large when that is there.
   */
  send(request: ContinuationRequest): Promise<void>;
  /**
   * Loads the code that `send` needs, without a call. Asked once an invocation has run for 2 s, or before its first step where the safe
   * window is no further away, so that loading, which holds the event loop, does not fall into it. May fail: `send` then tries again.
   */
  load?(): Promise<void>;
  /** Loads and connects what `send` needs, in the background, before the safe window, until `signal` aborts. May fail: `send` then tries again. */
  prepare?(context: Context, signal: AbortSignal): Promise<void>;
  /**
   * What AWS's recursion detection does with continuations of this channel; undefined when the channel cannot tell.
   * Asked in the background, once per execution, until `signal` aborts. May fail: the setting is unknown then.
   */
  readRecursion?(context: Context, signal: AbortSignal): Promise<RecursionSetting | undefined>;
}

/** The longest delay of one SQS message, in seconds. */
const maxSqsDelaySeconds = 900;

/** How long a channel can hold a continuation back, in seconds; 0 when it cannot. */
export function readMaxDelaySeconds({ channel, maxDelaySeconds }: ContinuationSender): number {
  return maxDelaySeconds ?? (channel === 'sqs' ? maxSqsDelaySeconds : 0);
}
