import { BatonError, ExecutionFailedError } from '../../errors';
import { Heartbeats } from '../checkpoint/heartbeats';
import type { InvocationResult } from '../invocation/answer';
import type { Delivery, DeliveryResult } from './delivery';
import { sendLookAt } from './look';
import { describeDeps, open } from './open-execution';

/** Runs what a delivery asks for: opens the execution, claims it when there is a store, and runs one invocation of it. */
export async function runDelivery(delivery: Delivery): Promise<DeliveryResult> {
  const signs = new Heartbeats({ ...delivery, intervalMs: delivery.plan.intervalMs });
  let isEndRecorded = true;
  try {
    const result = await open(delivery, signs);
    return { answer: result.answer, isHandedBack: await leaveSomebodyComing(delivery, result) };
  } catch (error) {
    isEndRecorded = delivery.collaborators.store !== undefined || !isEndOfInterruptions(error);
    throw error;
  } finally {
    if (isEndRecorded) signs.end();
  }
}

/** Without a store Lambda delivers a failed execution again: what was counted has to be there, or the step would start once more. */
function isEndOfInterruptions(error: unknown): boolean {
  return (
    error instanceof ExecutionFailedError &&
    BatonError.is(error.cause) &&
    error.cause.code === 'STEP_INTERRUPTED'
  );
}

/**
 * A delivery that is dropped while another one is at work may be the only one that is left when that one dies: to AWS both can be the same
 * message, whose success ends the retries of the other. So a queue gets its message back, and any other delivery sends a look.
 *
 * @returns whether the queue gets its message back
 */
async function leaveSomebodyComing(delivery: Delivery, { answer, live }: InvocationResult): Promise<boolean> {
  if (live === undefined || answer.status === 'signalled') return false;
  if (delivery.isQueued) return true;
  const { executionId, invocation } = answer;
  const { owner, leaseUntilMs: notBeforeMs } = live;
  await sendLookAt(
    { executionId, chain: 1, notBeforeMs, delivery: owner },
    invocation,
    describeDeps(delivery),
  );
  return false;
}
