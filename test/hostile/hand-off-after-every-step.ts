import { isDeepStrictEqual } from 'node:util';
import type { BatonHandler, InvocationAnswer } from '../../src';
import { HostileCall, runInFrame } from './hostile-call';

/** What cannot get on from one hand-over to the next would go on until a fuse blows. */
const maxInvocations = 250;

/** How far an event has got, in invocations that a test does not see. */
interface Progress {
  readonly event: unknown;
  readonly next: unknown;
  readonly awsRequestId: string;
}

/**
 * Splits every call into an invocation for each step: it hands over after it, and what it sent is delivered at once, with the time that
 * is left. To a test that is one invocation, and the answer is numbered so.
 */
export function handOffAfterEveryStep(handler: BatonHandler, safeMs: number): BatonHandler {
  const underWay = new Map<string, Progress>();
  const hiddenCounts = new Map<string, number>();
  return async (event, context) => {
    const { awsRequestId } = context;
    const known = underWay.get(awsRequestId);
    // What Lambda tries again is the continuation that it had accepted.
    let progress: Progress =
      isDeepStrictEqual(known?.event, event) && known ? known : { event, next: event, awsRequestId };
    for (let count = 0; count < maxInvocations; count += 1) {
      const call = new HostileCall({ context: { ...context, awsRequestId: progress.awsRequestId }, safeMs });
      const answer = (await runInFrame({ call, isInStep: false }, () =>
        handler(progress.next, call.context),
      )) as InvocationAnswer;
      // A signal runs nothing.
      if ((answer.status as string) === 'signalled') return answer;
      const hiddenCount = hiddenCounts.get(answer.executionId) ?? 0;
      if (call.continuation === undefined) {
        if (answer.status === 'completed') underWay.delete(awsRequestId);
        return { ...answer, invocation: answer.invocation - hiddenCount };
      }
      hiddenCounts.set(answer.executionId, hiddenCount + 1);
      progress = {
        event,
        next: JSON.parse(call.continuation),
        awsRequestId: `${awsRequestId}.${hiddenCount + 1}`,
      };
      underWay.set(awsRequestId, progress);
    }
    throw new Error(`After ${maxInvocations} invocations there is still something left to do.`);
  };
}
