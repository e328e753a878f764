import type { ContinuationSender } from '../../src';
import { readFrame } from './hostile-call';

/** A channel that keeps the continuation of a hand-off that nothing but the configuration has asked for; any other is the test's. */
export function hideForcedHandOffs(sender: ContinuationSender): ContinuationSender {
  const { channel, maxBytes, maxDelaySeconds } = sender;
  return {
    channel,
    maxBytes,
    ...(maxDelaySeconds === undefined ? {} : { maxDelaySeconds }),
    ...(sender.load && { load: async () => sender.load?.() }),
    prepare: async (context, signal) => sender.prepare?.(context, signal),
    readRecursion: async (context, signal) => sender.readRecursion?.(context, signal),
    send: async (request) => {
      const call = readFrame()?.call;
      if (call?.isForced !== true) return sender.send(request);
      call.continuation = request.body;
    },
  };
}

/** A channel that keeps what a duplicate sends, of which a test is to see nothing: a look. Any other message is the test's. */
export function hideLooks(sender: ContinuationSender): ContinuationSender {
  const { channel, maxBytes, maxDelaySeconds } = sender;
  return {
    channel,
    maxBytes,
    ...(maxDelaySeconds !== undefined && { maxDelaySeconds }),
    ...(sender.load && { load: async () => sender.load?.() }),
    ...(sender.prepare && { prepare: async (context, signal) => sender.prepare?.(context, signal) }),
    ...(sender.readRecursion && {
      readRecursion: async (context, signal) => sender.readRecursion?.(context, signal),
    }),
    send: async (request) => {
      const isLook = /^\{"lambdaBaton":\{"v":1,"look":/.test(request.body);
      if (!isLook || readFrame()?.call.isSilent !== true) await sender.send(request);
    },
  };
}
