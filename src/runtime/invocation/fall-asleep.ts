import { BatonError, type HandOffFailedError } from '../../errors';
import type { Decision } from '../core/execution/decide';
import { type Execution, nameUnit } from '../core/execution/execution';
import { checkFuses } from '../core/execution/fuses';
import { isChainSpent } from '../core/execution/line';
import { describeError } from '../core/record/describe-error';
import { describeMarkId, readStopMark } from '../core/record/stop-mark';
import { type LookDeps, nameLook, sendParcel, writeLook } from '../hand-off/send-look';
import type { EndedAnswer } from './answer';
import { parkExecution, warnOfRecursion } from './end-execution';
import { nameHandedOver } from './end-invocation';
import type { Invocation } from './invocation';
import { tryToRead } from './news';
import { runStatefulHook } from './run-hook';
import { tellHandedOver } from './tell';
import { describeNext } from './write-hand-off';

type HandOff = Extract<Decision, { kind: 'hand-off' }>;

/** It sleeps, or it does not: then there is something to do first, or everything begins again at the top. */
type Sleeping = { readonly answer: EndedAnswer } | { readonly decision: Decision | undefined };

/** Waits in this invocation. */
export function sleep(invocation: Invocation, ms: number): Promise<void> {
  invocation.isIdle = false;
  return new Promise((resolve) => {
    invocation.collaborators.timer.once(Math.max(1, Math.ceil(ms)), resolve);
  });
}

/** With a store, whoever waits for more than this invocation is woken by looks. */
export function isSleep({ delaySeconds, isAsleep }: HandOff): boolean {
  return delaySeconds > 0 || isAsleep === true;
}

const awake: Sleeping = Object.freeze({ decision: undefined });

/**
 * Gives the invocation up until somebody wakes the execution: a timer, a signal, whoever it waits for. The write that says so is the
 * last that this invocation does, and happens only if there is no reason to wake; what follows it is the sending of the timer.
 *
 * @throws HandOffFailedError when no channel takes the timer.
 */
export async function fallAsleep(invocation: Invocation, decision: HandOff): Promise<Sleeping> {
  const { collaborators, logger, plan, journal } = invocation;
  const { reason, delaySeconds } = decision;
  const isEnding = invocation.execution.among?.closing !== undefined;
  if (decision.isAsleep && !isEnding && (await isJobStopped(invocation))) {
    journal?.noteStopped();
    return awake;
  }
  const foreseen = { ...describeNext(invocation, reason, delaySeconds, true), interruptionCount: 0 };
  const blown = checkFuses(plan, foreseen, collaborators.clock.now());
  if (blown && !isEnding) return { decision: { kind: 'fail', error: blown } };
  if (invocation.kept !== undefined) await invocation.beginHandOver();
  if (invocation.kept !== undefined && !invocation.isOrphaned) await runStatefulHook(invocation, 'onHandoff');
  invocation.progressReport.flush();
  if (delaySeconds > 0) await invocation.preparation.learnRecursion(true);
  const slept = { ...describeNext(invocation, reason, delaySeconds, true), stall: null };
  // Deaths on the way to a sleep are none of the step that comes after it, and not in a row with those of the next wake-up.
  const isForOthers = slept.among?.sleep != null;
  const next: Execution = isForOthers ? { ...slept, interruptionCount: 0, interruption: null } : slept;
  const body = writeTimer(next);
  const bytes = delaySeconds > 0 ? collaborators.platform.countBytes(body) : 0;
  const facts = { step: nameUnit(plan, next), reason, bytes, ...(delaySeconds > 0 && { delaySeconds }) };
  if (delaySeconds > 0) {
    if (isChainSpent(next)) return parkExecution(invocation, next);
    warnOfRecursion(invocation, next);
  }
  logger.info('handing off', {
    event: 'hand-off.begun',
    ...facts,
    remainingMs: Math.round(invocation.remainingMs()),
  });
  const asleep = nameHandedOver(next, bytes, true);
  if ((await journal?.fallAsleep(asleep, invocation.kept, isEnding)) !== true) {
    invocation.unit.stayAwake();
    return awake;
  }
  const { executionId, invocation: number } = invocation.execution;
  const channel = delaySeconds > 0 ? await sendTimer(invocation, next, body, delaySeconds, facts) : undefined;
  tellHandedOver(invocation, next, { reason, delaySeconds, channel, bytes });
  return { answer: { status: 'waiting', executionId, invocation: number } };
}

/** The look that a timer brings. One that comes early arms another timer. */
function writeTimer({ executionId, chain, resumeAtMs: notBeforeMs }: Execution): string {
  return writeLook({ executionId, chain: chain.length, notBeforeMs });
}

async function sendTimer(
  invocation: Invocation,
  next: Execution,
  body: string,
  delaySeconds: number,
  facts: object,
): Promise<string> {
  const { collaborators, context, logger } = invocation;
  const { executionId } = next;
  const deps: LookDeps = { collaborators, context, remainingMs: () => invocation.remainingMs() };
  const hopId = `${nameLook(context)}.${next.invocation}`;
  const { senders, clock } = collaborators;
  try {
    const sent = await sendParcel(deps, {
      body,
      senders,
      // Saying so has taken time.
      delaySeconds: Math.min(delaySeconds, Math.max(1, Math.ceil((next.resumeAtMs - clock.now()) / 1_000))),
      executionId,
      invocation: next.invocation,
      hopId,
      context,
    });
    return sent.channel;
  } catch (error) {
    logger.error('hand-off failed', { ...facts, error: describeError(error) });
    const isRecursion = BatonError.is(error) && (error as HandOffFailedError).details.failure === 'recursion';
    if (isRecursion) return parkExecution(invocation, next, error);
    throw error;
  }
}

/** A job that is stopped is found by its list, which may lag: what goes to sleep for long looks itself. */
async function isJobStopped(invocation: Invocation): Promise<boolean> {
  const { plan, collaborators } = invocation;
  if (collaborators.store === undefined) return false;
  const mark = await tryToRead(invocation, ({ store }) => store.load(describeMarkId(plan.name)));
  return readStopMark(plan.name, mark, collaborators.platform.checksum) !== undefined;
}
