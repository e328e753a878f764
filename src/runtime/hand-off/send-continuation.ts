import { BatonError, HandOffFailedError, type HandOffFailure } from '../../errors';
import { describeError } from '../core/record/describe-error';
import { type Context, type ContinuationSender, readMaxDelaySeconds, type Timer } from '../ports';
import { BackOff, inTime } from '../time/back-off';

/** The part of the time left that the channels may use; the rest is for returning. */
const usableShare = 0.9;
/** The part of its time that a channel with others behind it may use up. */
const firstShare = 0.55;
/** A single try gets at least this long when the time is there: a cold TLS connection needs it. */
const minTryMs = 1_000;
/** A sender is given this part of a try's time: the rest is for closing its connection before we stop waiting for it. */
const senderShare = 0.95;

/** One form of a message. */
export interface MessageForm {
  readonly body: string;
  /** UTF-8 bytes of the body. */
  readonly bytes: number;
}

/** A message in every form that it can take. */
export interface Message {
  /** Whether the smallest form only refers to what the store has. */
  readonly hasReference: boolean;
  /** The best form of at most so many bytes; where there is none, the smallest of all. */
  write(maxBytes: number): MessageForm;
  /** The error for a message whose smallest form is larger than so many bytes. */
  tooLargeError(maxBytes: number): BatonError;
}

/** A message on its way out: a continuation, or a look. */
export interface Shipment {
  readonly message: Message;
  /** Whole seconds before it is delivered. */
  readonly delaySeconds: number;
  readonly executionId: string;
  /** The invocation that a continuation starts; for any other message the one that sends it. */
  readonly invocation: number;
  /** See `ContinuationRequest.hopId`. */
  readonly hopId?: string | undefined;
  readonly context: Context;
  /** What errors say of it, for example `The look at execution order-17 could not be sent`. @defaultValue that the execution could not be handed over */
  readonly problem?: string;
}

/** What sending needs: time, and someone to tell. */
export interface SendingDeps {
  readonly timer: Timer;
  remainingMs(): number;
  /** Called for each channel that did not take the message. */
  tellFailure(failure: HandOffFailedError): void;
}

/** Who took a message, and in which size. */
export interface Sent {
  readonly channel: string;
  readonly bytes: number;
}

/**
 * Sends a message by the first channel that takes it. Each channel leaves time for those behind it, and gets the best form that it
 * takes: one that answers "too large" is asked again with a smaller form before the next channel is.
 *
 * @throws HandOffFailedError when none took it: Lambda's own retry then resumes from the last checkpoint.
 * @throws what `message.tooLargeError` makes, when every channel answered that it is too large.
 */
export async function sendMessage(
  senders: readonly ContinuationSender[],
  shipment: Shipment,
  room: SendingDeps,
): Promise<Sent> {
  const channels = findChannels(senders, shipment.delaySeconds);
  if (channels.length === 0) throw noChannelError(senders, shipment);
  const usable = findUsable(channels, shipment.message);
  const failures: HandOffFailedError[] = [];
  for (const [index, sender] of usable.entries()) {
    const share = index === usable.length - 1 ? usableShare : firstShare;
    const tried = await tryForms(sender, shipment, room, room.remainingMs() * share);
    if ('bytes' in tried) return tried;
    room.tellFailure(tried);
    failures.push(tried);
    if (tried.details.failure === 'recursion') break;
  }
  const unfit = channels
    .filter((sender) => !usable.includes(sender))
    .map((sender) => unfitError(sender, shipment.message));
  throw channelsError([...failures, ...unfit], shipment);
}

/** A message that has one form. */
export function writeFixedMessage(body: string, bytes: number): Message {
  return {
    hasReference: false,
    write: () => ({ body, bytes }),
    tooLargeError: (maxBytes) =>
      new HandOffFailedError({
        problem: `The message is ${bytes} bytes, and the largest that can be sent is ${maxBytes}.`,
        fix: 'Provide a sender that takes messages of at least this size.',
        details: { channel: '', failure: 'too-large', maxBytes },
      }),
  };
}

/** The largest message that a channel takes which can hold it back that long; no limit where there is no channel: sending says so. */
export function readMaxBytes(senders: readonly ContinuationSender[], delaySeconds: number): number {
  const channels = findChannels(senders, delaySeconds);
  return channels.length === 0
    ? Number.POSITIVE_INFINITY
    : Math.max(...channels.map(({ maxBytes }) => maxBytes));
}

/** Whether a message could not be sent because the function, or the version of it that was invoked, does not exist. */
export function isFunctionMissing(error: unknown): boolean {
  if (!BatonError.is(error) || error.code !== 'HAND_OFF_FAILED') return false;
  return (error as HandOffFailedError).details.reason === 'ResourceNotFoundException';
}

function findChannels(senders: readonly ContinuationSender[], delaySeconds: number): ContinuationSender[] {
  return senders.filter(
    (sender) => delaySeconds >= (sender.minDelaySeconds ?? 0) && delaySeconds <= readMaxDelaySeconds(sender),
  );
}

/**
 * The channels that some form of the message fits, in the order in which they are asked: theirs. Only where a smaller form is a matter of
 * compressing, those that take the message as it is come first: the time is short.
 */
function findUsable(channels: readonly ContinuationSender[], message: Message): ContinuationSender[] {
  const usable = channels.filter(({ maxBytes }) => message.write(maxBytes).bytes <= maxBytes);
  if (message.hasReference) return usable;
  const { bytes } = message.write(Number.POSITIVE_INFINITY);
  return [
    ...usable.filter(({ maxBytes }) => bytes <= maxBytes),
    ...usable.filter(({ maxBytes }) => bytes > maxBytes),
  ];
}

/** Asks one channel, with a smaller form each time that it answers "too large". */
async function tryForms(
  sender: ContinuationSender,
  shipment: Shipment,
  room: SendingDeps,
  shareMs: number,
): Promise<HandOffFailedError | Sent> {
  const { message } = shipment;
  const endMs = room.remainingMs() - shareMs;
  let form = message.write(sender.maxBytes);
  for (;;) {
    const failure = await tryChannel(sender, shipment, form, room, endMs);
    if (failure === undefined) return { channel: sender.channel, bytes: form.bytes };
    if (failure.details.failure !== 'too-large') return failure;
    const { maxBytes } = failure.details;
    const limit = Math.min(maxBytes ?? form.bytes, form.bytes - 1);
    const smaller = message.write(maxBytes === undefined ? 0 : limit);
    if (smaller.bytes > limit) return failure;
    form = smaller;
  }
}

async function tryChannel(
  sender: ContinuationSender,
  shipment: Shipment,
  form: MessageForm,
  room: SendingDeps,
  endMs: number,
) {
  const channelRoom = { timer: room.timer, remainingMs: () => room.remainingMs() - endMs };
  const maxTryMs = Math.max(minTryMs, channelRoom.remainingMs() / 2);
  const backOff = new BackOff(channelRoom);
  for (;;) {
    const timeoutMs = Math.max(1, Math.floor(Math.min(channelRoom.remainingMs(), maxTryMs)));
    const failure = await tryOnce(sender, shipment, form, room.timer, timeoutMs);
    if (failure?.details.failure !== 'retry' || !backOff.hasTime) return failure;
    await backOff.pause();
  }
}

/** One try, ended by us when the sender does not end it itself. */
async function tryOnce(
  sender: ContinuationSender,
  shipment: Shipment,
  { body }: MessageForm,
  timer: Timer,
  timeoutMs: number,
) {
  const { delaySeconds, executionId, invocation, hopId, context } = shipment;
  try {
    const optional = {
      ...(delaySeconds > 0 ? { delaySeconds } : {}),
      ...(hopId === undefined ? {} : { hopId }),
    };
    const senderMs = Math.max(1, Math.floor(timeoutMs * senderShare));
    const sent = sender.send({ body, ...optional, executionId, invocation, context, timeoutMs: senderMs });
    await inTime(timer, timeoutMs, sent, () => {
      throw outOfTime(sender);
    });
    return undefined;
  } catch (error) {
    return classify(sender, error);
  }
}

function classify(sender: ContinuationSender, error: unknown): HandOffFailedError {
  if (BatonError.is(error) && error.code === 'HAND_OFF_FAILED') return error as HandOffFailedError;
  return new HandOffFailedError({
    problem: `Channel ${sender.channel} failed: ${describeError(error).message}`,
    fix: 'Look at the cause; a sender that knows better throws a HandOffFailedError of its own.',
    details: { channel: sender.channel, failure: 'retry' },
    cause: error,
  });
}

function outOfTime(sender: ContinuationSender): HandOffFailedError {
  return new HandOffFailedError({
    problem: `Channel ${sender.channel} did not answer in time.`,
    fix: 'Look whether the function can reach its endpoint: in a VPC that needs a NAT gateway or an interface endpoint.',
    details: { channel: sender.channel, failure: 'retry' },
  });
}

function unfitError({ channel, maxBytes }: ContinuationSender, message: Message): HandOffFailedError {
  const cause = message.tooLargeError(maxBytes);
  const [problem = '', fix = ''] = cause.message.split('\n→ ');
  return new HandOffFailedError({
    problem: `Channel ${channel} was not asked: ${problem}`,
    fix,
    details: { channel, failure: 'too-large', maxBytes },
    cause,
  });
}

function noChannelError(senders: readonly ContinuationSender[], shipment: Shipment): HandOffFailedError {
  const { delaySeconds, executionId, invocation } = shipment;
  const problem =
    shipment.problem ?? `Execution ${executionId} cannot be handed over to invocation ${invocation}`;
  const lack =
    senders.length === 0
      ? 'CONTINUATION_SENDERS is an empty list'
      : `none can hold a message back for ${delaySeconds} seconds`;
  return new HandOffFailedError({
    problem: `${problem}: there is no channel for it (${lack}).`,
    fix: 'Leave CONTINUATION_SENDERS to its default, or provide a sender that takes every continuation.',
    details: { channel: '', failure: 'refused' },
  });
}

const severity: readonly HandOffFailure[] = ['recursion', 'refused', 'too-large', 'retry'];

function channelsError(failures: readonly HandOffFailedError[], shipment: Shipment): BatonError {
  if (failures.every(({ details }) => details.failure === 'too-large'))
    return tooLargeError(failures, shipment.message);
  const { executionId, invocation } = shipment;
  const problem =
    shipment.problem ?? `Execution ${executionId} could not be handed over to invocation ${invocation}`;
  const worst = severity
    .map((kind) => failures.find(({ details }) => details.failure === kind))
    .find((failure) => failure !== undefined);
  const reasons = failures.map(({ message }) => message.replace('\n→', ' →')).join('\n');
  const { failure = 'retry', reason } = worst?.details ?? {};
  return new HandOffFailedError({
    problem: `${problem} by any channel.\n${reasons}`,
    fix: 'Fix the first channel above; the delivery is retried by Lambda or goes to its dead letters.',
    details: {
      channel: failures.map(({ details }) => details.channel).join(', '),
      failure,
      ...(reason === undefined ? {} : { reason }),
    },
    cause: failures.length === 1 ? failures[0] : new AggregateError(failures),
  });
}

/** What all channels refused stays too large, however often it is sent. */
function tooLargeError(failures: readonly HandOffFailedError[], message: Message): BatonError {
  const smallest = message.write(0);
  return message.tooLargeError(
    Math.max(...failures.map(({ details }) => details.maxBytes ?? smallest.bytes - 1)),
  );
}
