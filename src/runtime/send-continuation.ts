import { BatonError, HandOffFailedError, type HandOffFailure } from '../errors';
import { describeError } from './core/describe-error';
import { type Context, type ContinuationSender, type Logger, readMaxDelaySeconds, type Timer } from './ports';

/** The part of the time left that the channels may use; the rest is for returning. */
const usableShare = 0.9;
/** The part of its time that a channel with others behind it may use up. */
const firstShare = 0.55;
/** A single try gets at least this long when the time is there: a cold TLS connection needs it. */
const minTryMs = 1_000;
/** A sender is given this part of a try's time: the rest is for closing its connection before we stop waiting for it. */
const senderShare = 0.95;
/** Pause before the second try on one channel; doubled before each further one. */
const firstPauseMs = 50;
/** A further try with less time than this is not begun; a first one always is, since nothing else is left to do. */
const leastTryMs = 20;

/** One continuation on its way out. */
export interface Shipment {
  readonly body: string;
  readonly bytes: number;
  readonly delaySeconds: number;
  readonly executionId: string;
  readonly invocation: number;
  readonly context: Context;
}

/** What sending needs: time, and someone to tell. */
export interface SendingRoom {
  readonly timer: Timer;
  readonly logger: Logger;
  remainingMs(): number;
}

/**
 * Sends a continuation by the first channel that takes it. Each channel leaves time for those behind it.
 *
 * @returns the channel's name.
 * @throws HandOffFailedError when none took it: Lambda's own retry then resumes from the last checkpoint.
 */
export async function sendContinuation(senders: readonly ContinuationSender[], shipment: Shipment, room: SendingRoom): Promise<string> {
  const usable = findChannels(senders, shipment.delaySeconds).filter(({ maxBytes }) => shipment.bytes <= maxBytes);
  if (usable.length === 0) throw describeNoChannel(senders, shipment);
  const failures: HandOffFailedError[] = [];
  for (const [index, sender] of usable.entries()) {
    const share = index === usable.length - 1 ? usableShare : firstShare;
    const failure = await tryChannel(sender, shipment, room, room.remainingMs() * share);
    if (failure === undefined) return sender.channel;
    room.logger.warn('channel failed', { channel: sender.channel, failure: failure.details.failure, error: describeError(failure) });
    failures.push(failure);
    if (failure.details.failure === 'recursion') break;
  }
  throw describeFailures(failures, shipment);
}

/** The largest message that a channel takes which can hold it back that long; no limit where there is no channel: sending says so. */
export function readMaxBytes(senders: readonly ContinuationSender[], delaySeconds: number): number {
  const channels = findChannels(senders, delaySeconds);
  return channels.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...channels.map(({ maxBytes }) => maxBytes));
}

function findChannels(senders: readonly ContinuationSender[], delaySeconds: number): ContinuationSender[] {
  return senders.filter((sender) => delaySeconds <= readMaxDelaySeconds(sender));
}

async function tryChannel(sender: ContinuationSender, shipment: Shipment, room: SendingRoom, shareMs: number) {
  const endMs = room.remainingMs() - shareMs;
  let failure: HandOffFailedError | undefined;
  for (let pauseMs = firstPauseMs; ; pauseMs *= 2) {
    const leftMs = room.remainingMs() - endMs;
    if (failure !== undefined && leftMs < leastTryMs) return failure;
    const timeoutMs = Math.max(1, Math.floor(Math.min(leftMs, Math.max(minTryMs, shareMs / 2))));
    failure = await tryOnce(sender, shipment, room, timeoutMs);
    if (failure?.details.failure !== 'retry') return failure;
    if (room.remainingMs() - endMs < pauseMs + leastTryMs) return failure;
    await pause(room.timer, pauseMs);
  }
}

/** One try, ended by us when the sender does not end it itself. */
async function tryOnce(sender: ContinuationSender, shipment: Shipment, { timer }: SendingRoom, timeoutMs: number) {
  const { body, delaySeconds, executionId, invocation, context } = shipment;
  let cancel = () => {};
  const timeOut = new Promise<never>((_resolve, reject) => {
    cancel = timer.once(timeoutMs, () => reject(outOfTime(sender)));
  });
  try {
    const delay = delaySeconds > 0 ? { delaySeconds } : {};
    const senderMs = Math.max(1, Math.floor(timeoutMs * senderShare));
    await Promise.race([sender.send({ body, ...delay, executionId, invocation, context, timeoutMs: senderMs }), timeOut]);
    return undefined;
  } catch (error) {
    return classify(sender, error);
  } finally {
    cancel();
  }
}

function classify(sender: ContinuationSender, error: unknown): HandOffFailedError {
  if (BatonError.is(error) && error.code === 'HAND_OFF_FAILED') return error as HandOffFailedError;
  return new HandOffFailedError({
    problem: `Channel ${sender.channel} failed: ${describeError(error).message}`,
    cure: 'Look at the cause; a sender that knows better throws a HandOffFailedError of its own.',
    details: { channel: sender.channel, failure: 'retry' },
    cause: error,
  });
}

function outOfTime(sender: ContinuationSender): HandOffFailedError {
  return new HandOffFailedError({
    problem: `Channel ${sender.channel} did not answer in time.`,
    cure: 'Look whether the function can reach its endpoint: in a VPC that needs a NAT gateway or an interface endpoint.',
    details: { channel: sender.channel, failure: 'retry' },
  });
}

function describeNoChannel(
  senders: readonly ContinuationSender[],
  { delaySeconds, executionId, invocation }: Shipment,
): HandOffFailedError {
  const lack = senders.length === 0 ? 'CONTINUATION_SENDERS is an empty list' : `none can hold a message back for ${delaySeconds} seconds`;
  return new HandOffFailedError({
    problem: `Execution ${executionId} cannot be handed over to invocation ${invocation}: there is no channel for it (${lack}).`,
    cure: 'Leave CONTINUATION_SENDERS to its default, or provide a sender that takes every continuation.',
    details: { channel: '', failure: 'refused' },
  });
}

function pause(timer: Timer, ms: number): Promise<void> {
  return new Promise((resolve) => {
    timer.once(ms, resolve);
  });
}

const severity: readonly HandOffFailure[] = ['recursion', 'refused', 'too-large', 'retry'];

function describeFailures(failures: readonly HandOffFailedError[], { executionId, invocation }: Shipment): HandOffFailedError {
  const worst = severity.map((kind) => failures.find(({ details }) => details.failure === kind)).find((failure) => failure !== undefined);
  const reasons = failures.map(({ message }) => message.replace('\n→', ' →')).join('\n');
  return new HandOffFailedError({
    problem: `Execution ${executionId} could not be handed over to invocation ${invocation} by any channel.\n${reasons}`,
    cure: 'Mend the first channel above; the delivery is retried by Lambda or goes to its dead letters.',
    details: { channel: failures.map(({ details }) => details.channel).join(', '), failure: worst?.details.failure ?? 'retry' },
    cause: failures.length === 1 ? failures[0] : new AggregateError(failures),
  });
}
