import type { HandOffFailedError } from '../../errors';
import { readPinnedVersion } from '../core/execution/line';
import { wrap } from '../core/message/arrival';
import type { Continuation } from '../core/message/continuation';
import { type Envelope, writeEnvelope } from '../core/message/envelope';
import { describeError } from '../core/record/describe-error';
import {
  isFunctionMissing,
  type Shipment,
  sendMessage,
  writeFixedMessage,
} from '../hand-off/send-continuation';
import { nameHop } from '../hand-off/write-continuation';
import type { InvocationAnswer } from '../invocation/answer';
import { type Context, type ContinuationSender, readMaxDelaySeconds } from '../ports';
import type { Collaborators } from '../ports/collaborators';

/** What sending for somebody needs of a delivery. */
export interface LookDeps {
  readonly collaborators: Collaborators;
  readonly context: Context;
  remainingMs(): number;
}

/** The message that asks for somebody to go on with an execution, if nobody does. It names no invocation, so it is never out of date. */
export interface Look {
  readonly executionId: string;
  /** How many invocations of a chain lie behind whoever gets it. */
  readonly chain: number;
  readonly notBeforeMs?: number;
  readonly delivery?: string;
}

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

/** Writes a look. */
export function writeLook(look: Look): string {
  return JSON.stringify(wrap({ look }));
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
  const delaySeconds = Math.min(waitSeconds, Math.max(0, ...senders.map(readMaxDelaySeconds)));
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

/** What the sender of a forwarded execution answers. */
export function answerForwarded(executionId: string, invocation: number): InvocationAnswer {
  return { status: 'handed-off', executionId, invocation };
}

/** Two looks are two messages, also to a queue that drops what it has seen. */
function nameLook({ awsRequestId }: Context): string {
  return `look.${awsRequestId}`;
}

/** A message with one form. */
interface Parcel extends Omit<Shipment, 'message'> {
  readonly body: string;
  readonly senders: readonly ContinuationSender[];
}

async function send(
  { collaborators, remainingMs }: LookDeps,
  { body, senders, ...shipment }: Parcel,
): Promise<void> {
  const { timer, logger, platform } = collaborators;
  const message = writeFixedMessage(body, platform.countBytes(body));
  const tellFailure = (failed: HandOffFailedError) => {
    const { channel, failure } = failed.details;
    logger.warn('channel failed', { channel, failure, error: describeError(failed) });
  };
  await sendMessage(senders, { ...shipment, message }, { timer, remainingMs, tellFailure });
}
