import { isBoundedSleep } from '../core/execution/apply-among';
import { readPinnedVersion } from '../core/execution/line';

import type { Continuation } from '../core/message/continuation';
import { type Envelope, writeEnvelope } from '../core/message/envelope';
import { isFunctionMissing } from '../hand-off/send-continuation';
import { type Look, type LookDeps, nameLook, sendParcel as send, writeLook } from '../hand-off/send-look';
import { nameHop } from '../hand-off/write-continuation';
import type { InvocationAnswer } from '../invocation/answer';
import { readMaxDelaySeconds } from '../ports';
import type { Collaborators } from '../ports/collaborators';

/**
 * Sends a look that comes when the owner of an execution can no longer be alive. Where no channel can wait that long, the log says that
 * only a sweep is left.
 *
 * @throws HandOffFailedError when a channel could, and did not take it: the delivery must not be acknowledged then.
 */
export async function sendLookAt(
  look: Look & { readonly notBeforeMs: number },
  invocation: number,
  deps: LookDeps,
): Promise<void> {
  const { collaborators, context } = deps;
  const { senders, logger, clock } = collaborators;
  const wantedSeconds = Math.max(1, Math.ceil((look.notBeforeMs - clock.now()) / 1_000));
  const delaySeconds = Math.min(wantedSeconds, Math.max(0, ...senders.map(readMaxDelaySeconds)));
  const facts = { executionId: look.executionId, invocation, delaySeconds };
  if (delaySeconds === 0) {
    logger.warn(
      'duplicate dropped, and no channel can look again later: if the owner dies, only a sweep brings the execution back',
      facts,
    );
    return;
  }
  const problem = `The look at execution ${look.executionId} could not be sent`;
  await send(deps, {
    body: writeLook(look),
    delaySeconds,
    executionId: look.executionId,
    invocation,
    context,
    senders,
    hopId: nameLook(context),
    problem,
  });
  logger.info('look sent', facts);
}

/**
 * Sends an execution on to the version that it is pinned to.
 *
 * @returns false when that version does not exist any more
 * @throws HandOffFailedError when it could not be sent: the delivery must not be acknowledged then.
 */
export async function forward(
  body: string,
  pin: string,
  executionId: string,
  invocation: number,
  deps: LookDeps,
): Promise<boolean> {
  const { collaborators, context } = deps;
  // A queue's message cannot name a version: it would come back here.
  const senders = collaborators.senders.filter(({ channel }) => channel !== 'sqs');
  const target = { ...context, invokedFunctionArn: pin, functionVersion: readPinnedVersion(pin) };
  try {
    const problem = `Execution ${executionId} could not be sent on to the version that it is pinned to`;
    await send(deps, {
      body,
      delaySeconds: 0,
      executionId,
      invocation,
      context: target,
      senders,
      hopId: nameLook(context),
      problem,
    });
    return true;
  } catch (error) {
    if (!isFunctionMissing(error)) throw error;
    collaborators.logger.warn('the pinned version does not exist any more: the execution goes on here', {
      executionId,
      pin,
    });
    return false;
  }
}

/** The whole continuation, one invocation further along its chain: where there is no store to say the rest. */
export function writeForwarded({ continuation, state }: Envelope, { seal }: Collaborators): string {
  const { chain } = continuation;
  return writeEnvelope(
    { continuation: { ...continuation, chain: { ...chain, length: chain.length + 1 } }, state },
    seal,
  );
}

/** Sends a hand-off that nobody has come for again, as it was: its sender may have died before it could. With a store only. */
export async function sendAgain(
  continuation: Continuation,
  epoch: number,
  deps: LookDeps,
): Promise<InvocationAnswer> {
  const { collaborators, context } = deps;
  const { executionId, invocation, resumeAtMs } = continuation;
  const { senders, logger, clock } = collaborators;
  const waitSeconds = Math.max(0, Math.ceil((resumeAtMs - clock.now()) / 1_000));
  if (waitSeconds > 0) return armAgain(continuation, waitSeconds, deps);
  const delaySeconds = 0;
  const body = writeEnvelope({ continuation, state: { kind: 'stored', text: '' } }, collaborators.seal);
  await send(deps, {
    body,
    delaySeconds,
    executionId,
    invocation,
    context,
    senders,
    hopId: nameHop(continuation, epoch),
  });
  logger.info('handed off again: nobody has come for it yet', { executionId, invocation, delaySeconds });
  return { status: delaySeconds > 0 ? 'waiting' : 'handed-off', executionId, invocation: invocation - 1 };
}

/** A sleep is looked at again when it is over, where a channel can wait that long; a signal or a sweep brings it otherwise. */
async function armAgain(
  { executionId, invocation, resumeAtMs: notBeforeMs, chain, among }: Continuation,
  waitSeconds: number,
  deps: LookDeps,
): Promise<InvocationAnswer> {
  const { senders } = deps.collaborators;
  const longest = Math.max(0, ...senders.map(readMaxDelaySeconds));
  const isTimed = waitSeconds <= longest || (longest > 0 && isBoundedSleep(among));
  if (isTimed) await sendLookAt({ executionId, chain: chain.length, notBeforeMs }, invocation - 1, deps);
  return { status: 'waiting', executionId, invocation: invocation - 1 };
}

/** What the sender of a forwarded execution answers. */
export function answerForwarded(executionId: string, invocation: number): InvocationAnswer {
  return { status: 'handed-off', executionId, invocation };
}
