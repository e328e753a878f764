import { BatonError, type HandOffFailedError } from '../../errors';
import { Superseded } from '../checkpoint/journal-entry';
import { isCompensating } from '../core/execution/compensation';
import { type Decision, decide, type HandOffReason, isWorkDone } from '../core/execution/decide';
import { type Execution, nameUnit } from '../core/execution/execution';
import { checkFuses } from '../core/execution/fuses';
import { isChainSpent } from '../core/execution/line';
import { describeError } from '../core/record/describe-error';
import { type Message, type Sent, sendMessage } from '../hand-off/send-continuation';
import { nameHop } from '../hand-off/write-continuation';
import type { EndedAnswer, InvocationResult } from './answer';
import { closeChildren, isEnd, readClosing, rememberChild, tendChildren } from './children';
import { beginCompensation, endCompensation, giveUpCompensation, leaveUndone } from './compensate';
import {
  answerCancelled,
  answerSuperseded,
  completeExecution,
  endBadly,
  failedError,
  parkExecution,
  recordCancelled,
  recordFailed,
  refuse,
  refuseRecursion,
  tellWaiting,
  warnOfRecursion,
} from './end-execution';
import { endInvocation, giveBack, keepDead, nameHandedOver, readAhead } from './end-invocation';
import { fallAsleep, isSleep, sleep } from './fall-asleep';
import { Invocation } from './invocation';
import { readNews, settleNews } from './news';
import type { InvocationParts, OpenedExecution } from './opened-execution';
import { runStatefulHook } from './run-hook';
import { runUnit } from './run-unit';
import { takeSlot } from './take-slot';
import { tellBegun, tellFailed, tellHandedOver, tellHandOffFailed, tellInvocationStarted } from './tell';
import { describeNext, type WrittenHandOff, writeHandOff } from './write-hand-off';

/**
 * Runs one invocation of an execution: asks what is next, does it, and feeds back what happened, until the execution has ended
 * or is handed over.
 *
 * @throws ExecutionFailedError when the execution has failed.
 * @throws HandOffFailedError when it can neither go on here nor be handed over.
 */
export async function runInvocation(parts: InvocationParts): Promise<InvocationResult> {
  const invocation = new Invocation(parts);
  const isCarryingNews = tellInvocationStarted(invocation, parts.opened);
  try {
    invocation.open();
    await keepDead(invocation);
    // A first step may never come to its end: who comes after it has to know what was begun.
    if (isCarryingNews) await invocation.journal?.note(invocation.execution);
    if (parts.opened.refused !== undefined) await refuse(invocation, parts.opened.refused);
    const answer = await run(invocation, parts.opened);
    invocation.ending = answer.status;
    if (endings.has(answer.status)) await tellWaiting(invocation);
    return { answer };
  } catch (error) {
    if (isEnd(error)) await tellWaiting(invocation);
    if (error instanceof Superseded) return answerSuperseded(invocation, error, parts.deliveries);
    await giveBack(invocation, error);
    throw error;
  } finally {
    await endInvocation(invocation);
  }
}

const endings: ReadonlySet<string> = new Set(['cancelled', 'completed', 'skipped']);

async function run(invocation: Invocation, opened: OpenedExecution): Promise<EndedAnswer> {
  const taken = await takeSlot(invocation);
  if ('refused' in taken) return refuse(invocation, taken.refused);
  if ('answer' in taken) return taken.answer;
  const answer = await makeJob(invocation, opened);
  return answer ?? begin(invocation, opened.values !== undefined, taken.decision);
}

/** A job that cannot be made, or not with its state, is left for a later delivery, until a fuse has blown: then its end is recorded. */
async function makeJob(
  invocation: Invocation,
  { values, unreadable }: OpenedExecution,
): Promise<EndedAnswer | undefined> {
  try {
    if (unreadable !== undefined) throw unreadable;
    invocation.makeJob(values);
    return undefined;
  } catch (error) {
    const { plan, execution, collaborators, journal } = invocation;
    const blown = checkFuses(plan, execution, collaborators.clock.now(), invocation.readCostUsd());
    if (blown === undefined) throw error;
    invocation.logger.error('job cannot be made, and a fuse has blown', { error: describeError(error) });
    const end = giveUpCompensation(invocation, blown);
    if (end.status === 'cancelled') {
      await journal?.finish(invocation.execution, undefined, end);
      return answerCancelled(invocation);
    }
    const { thrown, unit } = end;
    await journal?.finish(invocation.execution, undefined, {
      status: 'failed',
      error: describeError(thrown),
    });
    tellFailed(invocation, thrown, unit);
    throw failedError(invocation, thrown, unit);
  }
}

async function begin(
  invocation: Invocation,
  isResumed: boolean,
  first: Decision | undefined,
): Promise<EndedAnswer> {
  const { execution } = invocation;
  tellBegun(invocation);
  try {
    invocation.passSafePoint(execution);
  } catch (error) {
    return failExecution(invocation, error, undefined);
  }
  if (invocation.preparation.mustLoad(invocation.look())) await invocation.preparation.load();
  if (isResumed) await runStatefulHook(invocation, 'onResume');
  return loop(invocation, first);
}

/** So many units of work in a row that have nothing to wait for run without a turn of the microtasks. */
const maxAtOnce = 32;

async function loop(invocation: Invocation, first?: Decision): Promise<EndedAnswer> {
  let decision = first;
  let atOnceCount = 0;
  for (;;) {
    if (invocation.journal?.isCancelRequested === true && !isCompensating(invocation.execution))
      return (await closeChildren(invocation, { kind: 'cancel' })) ?? (await cancelExecution(invocation));
    if (invocation.journal?.hasNews === true) await readNews(invocation);
    if (decision === undefined && invocation.execution.among !== undefined) {
      decision = (await tendChildren(invocation)) ?? (await readOldEnd(invocation));
      await settleNews(invocation);
      const { phase, among } = invocation.execution;
      if (phase === 'child-end' && among?.interlude) await rememberChild(invocation, among.interlude.slot);
    }
    if (decision === undefined) {
      const next = decideNext(invocation);
      decision = next instanceof Promise ? await next : next;
    }
    if (decision.kind === 'run' && invocation.mustHandOver) decision = handOffAfterDeath;
    switch (decision.kind) {
      case 'run': {
        const running = runUnit(invocation);
        atOnceCount = running instanceof Promise ? 0 : atOnceCount + 1;
        // What a method began and did not wait for gets its turn, too.
        decision = running instanceof Promise || atOnceCount % maxAtOnce === 0 ? await running : running;
        if (invocation.journal !== undefined) await invocation.keep();
        if (invocation.needsTurn()) await invocation.yieldToEventLoop();
        break;
      }
      case 'sleep':
        await sleep(invocation, decision.ms);
        if (invocation.execution.among?.sleep) await invocation.journal?.listen();
        decision = undefined;
        break;
      case 'hand-off':
        if (isSleep(decision) && invocation.journal !== undefined) {
          const sleeping = await fallAsleep(invocation, decision);
          if ('answer' in sleeping) return sleeping.answer;
          decision = sleeping.decision;
          break;
        }
        return await handOff(invocation, decision.reason, decision.delaySeconds);
      case 'complete':
        return await completeExecution(invocation);
      case 'not-undone':
        leaveUndone(invocation, decision.error);
        if (invocation.journal !== undefined) await invocation.keep();
        decision = undefined;
        break;
      case 'undone':
        return await endBadly(invocation, endCompensation(invocation));
      case 'fail': {
        const { error } = decision;
        const unit = invocation.unit.findFailed(error);
        const closing = await closeChildren(invocation, { kind: 'fail', error, unit });
        return closing ?? (await failExecution(invocation, error, unit));
      }
    }
  }
}

/** What is next. The channels' code is loaded before work that may last into the safe window, which the time for it may have brought. */
function decideNext(invocation: Invocation): Decision | Promise<Decision> {
  const { plan, preparation } = invocation;
  const decision = decide(plan, invocation.execution, invocation.readSituation());
  if (decision.kind !== 'run' || !preparation.mustLoad(invocation.lastLook)) return decision;
  return preparation.load().then(() => decide(plan, invocation.execution, invocation.readSituation()));
}

/** An end that waited for the children of the execution comes when they have ended. */
async function readOldEnd(invocation: Invocation): Promise<Decision | undefined> {
  const closing = readClosing(invocation);
  if (closing !== 'cancel') return closing;
  invocation.journal?.noteStopped();
  return undefined;
}

const handOffAfterDeath: Decision = Object.freeze({
  kind: 'hand-off',
  reason: 'after-death',
  delaySeconds: 0,
});

async function handOff(
  invocation: Invocation,
  reason: HandOffReason,
  delaySeconds: number,
): Promise<EndedAnswer> {
  const { collaborators, logger, plan } = invocation;
  const blown = checkFuses(
    plan,
    { ...describeNext(invocation, reason, delaySeconds), interruptionCount: 0 },
    collaborators.clock.now(),
  );
  if (blown && !isWorkDone(invocation.execution)) return failExecution(invocation, blown, undefined);
  // The channel gets ready while the last checkpoint is stored.
  if (invocation.journal !== undefined && delaySeconds === 0) invocation.preparation.begin();
  await invocation.beginHandOver();
  if (!invocation.isOrphaned) await runStatefulHook(invocation, 'onHandoff');
  invocation.progressReport.flush();
  await invocation.preparation.learnRecursion(delaySeconds > 0);
  let written: WrittenHandOff;
  try {
    written = writeHandOff(invocation, reason, delaySeconds);
  } catch (error) {
    return failExecution(invocation, error, undefined);
  }
  const { next, message, bytes } = written;
  const facts = { step: nameUnit(plan, next), reason, bytes, ...(delaySeconds > 0 ? { delaySeconds } : {}) };
  if (isChainSpent(next))
    return invocation.journal === undefined
      ? refuseRecursion(invocation, next, facts)
      : parkExecution(invocation, next);
  warnOfRecursion(invocation, next);
  logger.info('handing off', {
    event: 'hand-off.begun',
    ...facts,
    remainingMs: Math.round(invocation.remainingMs()),
  });
  const isDelayed = delaySeconds > 0;
  await invocation.journal?.handOff(nameHandedOver(next, bytes, isDelayed), invocation.checkpoint, isDelayed);
  readAhead(invocation);
  const sent = await send(invocation, next, message, delaySeconds, facts);
  if ('status' in sent) return sent;
  tellHandedOver(invocation, next, { reason, delaySeconds, ...sent });
  const { executionId, invocation: number } = invocation.execution;
  return { status: delaySeconds > 0 ? 'waiting' : 'handed-off', executionId, invocation: number };
}

async function send(
  invocation: Invocation,
  next: Execution,
  message: Message,
  delaySeconds: number,
  facts: object,
): Promise<EndedAnswer | Sent> {
  const { collaborators, context, journal, logger } = invocation;
  const { executionId } = next;
  const hopId = journal && nameHop(next, journal.epoch);
  const shipment = { message, delaySeconds, executionId, invocation: next.invocation, hopId, context };
  const room = {
    timer: collaborators.timer,
    remainingMs: () => invocation.remainingMs(),
    tellFailure: (failed: HandOffFailedError) => tellHandOffFailed(invocation, failed),
  };
  try {
    return await sendMessage(collaborators.senders, shipment, room);
  } catch (error) {
    logger.error('hand-off failed', { ...facts, error: describeError(error) });
    if (BatonError.is(error) && error.code === 'STATE_TOO_LARGE')
      return failExecution(invocation, error, undefined);
    const isRecursion = BatonError.is(error) && (error as HandOffFailedError).details.failure === 'recursion';
    if (isRecursion && invocation.journal !== undefined) return parkExecution(invocation, next, error);
    throw error;
  }
}

async function cancelExecution(invocation: Invocation): Promise<EndedAnswer> {
  if (await beginCompensation(invocation, { status: 'cancelled' })) return loop(invocation);
  return recordCancelled(invocation);
}

/** `unit` is the method that failed; undefined when it was no method. What the execution has done is undone first. */
async function failExecution(
  invocation: Invocation,
  thrown: unknown,
  unit: string | undefined,
): Promise<EndedAnswer> {
  if (isCompensating(invocation.execution))
    return endBadly(invocation, endCompensation(invocation, { thrown }));
  if (await beginCompensation(invocation, { status: 'failed', thrown, unit })) return loop(invocation);
  return recordFailed(invocation, thrown, unit);
}
