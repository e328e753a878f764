import type { ContinuationSender } from '../runtime/ports';
import type { Border } from './border';
import { RecordingSender, type SentRequest } from './recording-sender';
import type { RunRecorder } from './run-recorder';
import type { VirtualLambda } from './virtual-lambda';

/** A channel behind the border: what it accepts is delivered. */
export function guardSender(
  sender: ContinuationSender,
  border: Border,
  recorder: RunRecorder,
  lambda: VirtualLambda,
): ContinuationSender {
  const { channel, maxDelaySeconds } = sender;
  const take = (request: SentRequest) => takeOn(request, channel, border, recorder, lambda);
  const send = async (request: SentRequest): Promise<() => void> => {
    let copy = () => {};
    if (!(sender instanceof RecordingSender)) {
      await sender.send(request);
      return take(request);
    }
    sender.onSent = (accepted) => {
      copy = take(accepted);
    };
    await sender.send(request);
    return copy;
  };
  return {
    channel,
    get maxBytes() {
      return sender.maxBytes;
    },
    ...(maxDelaySeconds === undefined ? {} : { maxDelaySeconds }),
    prepare: async (context, signal) => sender.prepare?.(context, signal),
    readRecursion: async (context, signal) => sender.readRecursion?.(context, signal) ?? lambda.recursion,
    send: async (request) => {
      await border.cross(
        'send',
        channel,
        () => send(request),
        (copy) => copy(),
      );
    },
  };
}

/** Lets a continuation be delivered. Answers what delivers it once more. */
function takeOn(
  request: SentRequest,
  channel: string,
  border: Border,
  recorder: RunRecorder,
  lambda: VirtualLambda,
): () => void {
  const { body, delaySeconds = 0, invocation } = request;
  const sentBy = border.invocation;
  recorder.continuations.push({
    channel,
    bytes: Buffer.byteLength(body),
    delaySeconds,
    invocation,
    call: sentBy?.call ?? 0,
    body,
  });
  const { chainLength = 0, isCopy = false } = sentBy?.delivery ?? {};
  const id = lambda.nextId(channel === 'sqs' ? 'message' : 'request');
  const delivery = { id, channel, body, receiveCount: 1, chainLength: chainLength + 1, isCopy };
  const delayMs = delaySeconds * 1_000;
  lambda.accept(delivery, delayMs);
  return () => lambda.copy(delivery, delayMs);
}
