import type { HandOffFailedError } from '../../errors';
import { isSleeper } from '../among/inbox';
import { isSameFunction, readPinnedVersion } from '../core/execution/line';
import { wrap } from '../core/message/arrival';
import { describeError } from '../core/record/describe-error';
import { isStuck } from '../core/record/execution-description';
import type { ExecutionRecord } from '../core/record/execution-record';
import type { Context, ContinuationSender } from '../ports';
import type { Collaborators } from '../ports/collaborators';
import {
  isFunctionMissing,
  type Sent,
  type Shipment,
  sendMessage,
  writeFixedMessage,
} from './send-continuation';

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

/** Writes a look. */
export function writeLook(look: Look): string {
  return JSON.stringify(wrap({ look }));
}

/** Two looks are two messages, also to a queue that drops what it has seen. */
export function nameLook({ awsRequestId }: Context): string {
  return `look.${awsRequestId}`;
}

/** A message with one form. */
interface Parcel extends Omit<Shipment, 'message'> {
  readonly body: string;
  readonly senders: readonly ContinuationSender[];
}

/** Sends a message with one form. @throws HandOffFailedError when no channel took it */
export async function sendParcel(deps: LookDeps, { body, senders, ...shipment }: Parcel): Promise<Sent> {
  const { timer, logger, platform } = deps.collaborators;
  const remainingMs = () => deps.remainingMs();
  const message = writeFixedMessage(body, platform.countBytes(body));
  const tellFailure = (failed: HandOffFailedError) => {
    const { channel, failure } = failed.details;
    logger.warn('channel failed', { channel, failure, error: describeError(failed) });
  };
  return sendMessage(senders, { ...shipment, message }, { timer, remainingMs, tellFailure });
}

/**
 * Sends a look to an execution that sleeps, or was never begun, wherever it runs: its record says where.
 *
 * @param sentBy - what tells two looks of one delivery apart
 * @param chain - how many invocations of a chain lie behind whoever gets it
 * @throws HandOffFailedError when it could not be sent: the delivery must not be acknowledged then.
 */
export async function wakeExecution(
  { continuation, functionArn }: Pick<ExecutionRecord, 'continuation' | 'functionArn'>,
  sentBy: string,
  deps: LookDeps,
  chain = 1,
): Promise<void> {
  const { collaborators, context } = deps;
  const { executionId } = continuation;
  const body = writeLook({ executionId, chain });
  const isHere = functionArn === undefined || isSameFunction(functionArn, context.invokedFunctionArn);
  const parcel = {
    body,
    delaySeconds: 0,
    executionId,
    invocation: 0,
    hopId: `${nameLook(context)}.${sentBy}`,
    problem: `The look at execution ${executionId} could not be sent`,
  };
  const { senders } = collaborators;
  // A queue's message comes here, and cannot name another function.
  const others = isHere ? senders : senders.filter(({ channel }) => channel === 'lambda');
  try {
    await sendParcel(deps, { ...parcel, senders: others, context: describeTarget(context, functionArn) });
  } catch (error) {
    if (!isHere || !isFunctionMissing(error)) throw error;
    // The version that it is pinned to is gone: it goes on here.
    await sendParcel(deps, { ...parcel, senders, context });
  }
}

/** Sends a look to an execution unless somebody is at work on it, or may still come by himself. */
export async function wakeSleeper(
  record: ExecutionRecord | undefined,
  sentBy: string,
  deps: LookDeps,
  chain: number,
): Promise<void> {
  const nowMs = deps.collaborators.clock.now();
  if (record !== undefined && (isSleeper(record, nowMs) || isStuck(record, nowMs)))
    await wakeExecution(record, sentBy, deps, chain);
}

function describeTarget(context: Context, functionArn: string | undefined): Context {
  if (functionArn === undefined) return context;
  const version = readPinnedVersion(functionArn);
  const functionVersion = /^\d+$/.test(version) ? version : '$LATEST';
  return { ...context, invokedFunctionArn: functionArn, functionVersion };
}
