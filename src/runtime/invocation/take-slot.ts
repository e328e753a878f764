import { SlotRefusedError } from '../../errors';
import { askToEnd, inGroups } from '../among/change-record';
import { tryToEnter, type Visited } from '../among/slots-store';
import type { SlotClaim } from '../core/execution/among';
import { countPoints, holdSlot, queueForSlot, withSlot } from '../core/execution/apply-among';
import { isCompensating } from '../core/execution/compensation';
import { type Decision, decide } from '../core/execution/decide';
import { nameSlots } from '../core/record/slots';
import { wakeSleeper } from '../hand-off/send-look';
import { wakeCalled } from '../hand-off/tell-end';
import type { EndedAnswer } from './answer';
import { fallAsleep } from './fall-asleep';
import type { Invocation } from './invocation';
import { readNews, tryToRead } from './news';
import { hasBegun, tellBegun, tellSkipped } from './tell';

/** It goes on, to do what was decided; or this invocation is over; or the execution has failed before it began. */
type Taken =
  | { readonly answer: EndedAnswer }
  | { readonly decision: Decision | undefined }
  | { readonly refused: SlotRefusedError };

const free: Taken = Object.freeze({ decision: undefined });

/**
 * Takes one of the slots of the job's `concurrency`, before anything of the execution runs; waits for one, or gives the execution up. What
 * ends anyway, or has an ancestor of the same job, needs none.
 */
export async function takeSlot(invocation: Invocation): Promise<Taken> {
  try {
    return await takeOrWait(invocation);
  } catch (error) {
    if (error instanceof SlotRefusedError) return { refused: error };
    throw error;
  }
}

async function takeOrWait(invocation: Invocation): Promise<Taken> {
  const { plan, journal } = invocation;
  const { slot } = invocation.execution.among ?? {};
  if (journal === undefined || slot?.isHeld === true) return free;
  if (plan.concurrency === undefined && slot === undefined) return free;
  if (journal.parent?.jobs.includes(plan.name)) return free;
  const claim = slot ?? { id: nameOwnSlots(invocation), isHeld: false };
  invocation.execution = withSlot(invocation.execution, claim);
  if (plan.concurrency === undefined) {
    // Newer code does without.
    invocation.execution = holdSlot(invocation.execution);
    return free;
  }
  const isEnding = invocation.execution.among?.closing !== undefined || isCompensating(invocation.execution);
  return isEnding ? free : askForSlot(invocation, claim);
}

async function askForSlot(invocation: Invocation, claim: SlotClaim): Promise<Taken> {
  const { plan, journal, emitter, opened } = invocation;
  const { whenBusy = 'queue' } = plan.concurrency ?? {};
  // What has begun, and lost its slot, or began under code without slots, is never given up for others.
  const isStart = claim.isRedriven !== true && !hasWorked(invocation);
  const mayQueue = !isStart || whenBusy !== 'skip' || opened.execution.among?.sleep?.kind === 'slot';
  for (;;) {
    if (journal?.isCancelRequested === true) return free;
    if (journal?.hasNews === true) await readNews(invocation);
    const visited = await enter(invocation, claim, mayQueue);
    await wakeCalled(visited.toWake, describeSender(invocation), invocation);
    if (visited.kind === 'held') {
      invocation.execution = holdSlot(invocation.execution);
      return free;
    }
    if (visited.kind === 'busy') return { answer: await skip(invocation, visited) };
    if (isStart && whenBusy === 'cancel-running') await cancelOlder(invocation, visited);
    invocation.execution = queueForSlot(plan, invocation.execution);
    const decision = decide(plan, invocation.execution, invocation.readSituation());
    if (decision.kind !== 'hand-off') return { decision };
    if (emitter.isHeard && !hasBegun(opened.execution)) tellBegun(invocation);
    const sleeping = await fallAsleep(invocation, decision);
    if ('answer' in sleeping || sleeping.decision !== undefined) return sleeping;
  }
}

function enter(
  invocation: Invocation,
  { id: slotsId, isRedriven }: SlotClaim,
  mayQueue: boolean,
): Promise<Visited> {
  const { plan, journal, execution } = invocation;
  const { executionId } = execution;
  const request = {
    slotsId,
    entry: { id: executionId, epoch: journal?.epoch ?? 0 },
    job: plan.name,
    limit: plan.concurrency?.limit ?? 1,
    mayQueue,
    expiresAtMs: journal?.readExpiry() ?? 0,
    isRedriven: isRedriven === true,
    calledIds: new Set<string>(),
    livingIds: new Set<string>(),
  };
  return tryToRead(invocation, (tools) => tryToEnter(tools, request));
}

/** Whether the execution has done anything: a delivery that died before it had a slot is nothing. */
function hasWorked({ execution }: Invocation): boolean {
  return countPoints(execution) + execution.failedAttemptCount > 0;
}

async function skip(invocation: Invocation, { running }: Visited): Promise<EndedAnswer> {
  const { journal, opened } = invocation;
  const { executionId, invocation: number } = opened.execution;
  await journal?.finish(opened.execution, undefined, { status: 'skipped', running });
  tellSkipped(invocation, running);
  return { status: 'skipped', executionId, invocation: number, running };
}

/** Asks those to end that keep the execution from a slot. */
async function cancelOlder(invocation: Invocation, { older }: Visited): Promise<void> {
  const { sentBy, chain } = describeSender(invocation);
  await inGroups(older, async ({ id }) => {
    const record = await tryToRead(invocation, ({ store, checksum }) => askToEnd(store, checksum, id));
    await wakeSleeper(record, `${sentBy}.end.${id}`, invocation, chain);
  });
}

function describeSender({ context, execution }: Invocation) {
  return { sentBy: context.awsRequestId, chain: execution.chain.length + 1 };
}

/** The record of the slots that the execution needs one of: its input says which, once. */
function nameOwnSlots(invocation: Invocation): string {
  const { plan, collaborators } = invocation;
  const { key } = plan.concurrency ?? {};
  return nameSlots(plan.name, key === undefined ? '' : readKey(invocation, key), (text) =>
    collaborators.platform.digest(text),
  );
}

function readKey(invocation: Invocation, key: (input: unknown) => unknown): string {
  let cause: unknown;
  try {
    const text = key(invocation.readInput());
    if (typeof text === 'string') return `=${text}`;
    cause = new TypeError(`It gave ${text === null ? 'null' : typeof text}.`);
  } catch (error) {
    cause = error;
  }
  const { name: job } = invocation.plan;
  throw new SlotRefusedError({
    problem: `The concurrency.key of job ${job} gave no text for the input.`,
    fix: "Let it return a text for every input, such as a tenant's id.",
    details: { job, reason: 'key' },
    cause,
  });
}
