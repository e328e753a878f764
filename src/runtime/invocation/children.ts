import { ExecutionFailedError } from '../../errors';
import { inGroups } from '../among/change-record';
import {
  type FoundChild,
  hasChild,
  readChild,
  readItems,
  revokeChild,
  writeChild,
} from '../among/children-store';
import type { InboxTools } from '../among/inbox';
import type { Batch, ChildItem, Closing } from '../core/execution/among';
import {
  addChildCost,
  beginClosing,
  childrenFailedError,
  hasFailed,
  isBatchOver,
  listPerhapsStarted,
  listStartable,
  noteAdopted,
  noteEnded,
  noteStarted,
  withBatch,
} from '../core/execution/children';
import { forgetPresumedRun } from '../core/execution/compensation';
import type { Decision } from '../core/execution/decide';
import { namePin } from '../core/execution/line';
import type { KeptError } from '../core/execution/undo';
import { describeError } from '../core/record/describe-error';
import type { ExecutionRecord, Parent } from '../core/record/execution-record';
import { nameChild } from '../core/record/fresh';
import { wakeExecution, wakeSleeper } from '../hand-off/send-look';
import type { EndedAnswer } from './answer';
import { rebuildError } from './compensate';
import { fallAsleep } from './fall-asleep';
import type { Invocation } from './invocation';
import { tryToRead } from './news';
import { expiry } from './prepare-children';

/** An end that comes although children may run. */
type EarlyEnd =
  | { readonly kind: 'cancel' }
  | { readonly kind: 'fail'; readonly error: unknown; readonly unit: string | undefined };

/**
 * Looks after the children of an execution that waits for them: learns which have ended, and starts further ones.
 *
 * @returns a decision when too many have failed
 */
export async function tendChildren(invocation: Invocation): Promise<Decision | undefined> {
  const { among } = invocation.execution;
  if (among?.children === undefined || (among.sleep?.kind !== 'children' && among.closing === undefined))
    return undefined;
  if (!invocation.facts.hasReadChildren) await readEnds(invocation, among.children);
  const batch = invocation.execution.among?.children ?? among.children;
  if (among.closing !== undefined) return undefined;
  if (hasFailed(batch)) await adoptStarted(invocation, batch);
  else await startNext(invocation, batch);
  const now = invocation.execution.among?.children ?? batch;
  if (!hasFailed(now) || !isBatchOver(now)) return undefined;
  invocation.execution = forgetPresumedRun(invocation.execution);
  return { kind: 'fail', error: childrenFailedError(invocation.plan, now) };
}

async function readEnds(invocation: Invocation, batch: Batch): Promise<void> {
  const items = await loadItems(invocation, batch);
  const isTold = invocation.plan.hooks.onChildEnd !== undefined && !invocation.execution.among?.closing;
  const parent = describeParent(invocation, batch);
  const ids = batch.running.map((item) => items[item]?.id ?? '');
  const found = await inGroups(ids, (id) => tryToRead(invocation, (tools) => readChild(tools, parent, id)));
  let next = batch;
  for (const [index, item] of batch.running.entries()) {
    const child = found[index];
    if (child === undefined) continue;
    next = noteEnded(next, item, child, isTold);
    if (isTold) invocation.facts.children.set(item, describeChild(child));
    invocation.execution = addChildCost(invocation.execution, child.costUsd);
    invocation.emitter.emit('child.ended', {
      childId: nameChild(parent.executionId, batch.number, child.id),
      status: child.status,
    });
  }
  invocation.facts.hasReadChildren = true;
  if (next !== batch) invocation.execution = withBatch(invocation.execution, next);
}

/** What `@OnChildEnd` is told. */
function describeChild({ costUsd: _costUsd, ...child }: FoundChild): object {
  return Object.freeze(child);
}

/** The child that `@OnChildEnd` is about to be told of. */
export async function rememberChild(invocation: Invocation, item: number): Promise<void> {
  const batch = invocation.execution.among?.children;
  if (batch === undefined || invocation.facts.children.has(item)) return;
  const items = await loadItems(invocation, batch);
  const parent = describeParent(invocation, batch);
  const child = await tryToRead(invocation, (tools) => readChild(tools, parent, items[item]?.id ?? ''));
  if (child !== undefined) invocation.facts.children.set(item, describeChild(child));
}

async function startNext(invocation: Invocation, batch: Batch): Promise<void> {
  const startable = listStartable(batch);
  if (startable.length === 0) return;
  // A step that runs once more may ask for others.
  const { durability = 'step' } = invocation.plan;
  if (batch.next === 0 && durability !== 'step')
    await invocation.journal?.confirm(invocation.execution, invocation.checkpoint);
  const items = await loadItems(invocation, batch);
  const parent = describeParent(invocation, batch);
  let next = noteStarted(batch, startable);
  const started = await inGroups(startable, (index) => startOne(invocation, batch, parent, items[index]));
  for (const [position, item] of startable.entries()) {
    const record = started[position];
    const id = items[item]?.id ?? '';
    // Another execution has its id: that is the child's failure.
    const isTold = invocation.plan.hooks.onChildEnd !== undefined;
    if (record === undefined) next = noteEnded(next, item, { id, status: 'failed' }, isTold);
    else if (record.outcome !== null) invocation.facts.hasReadChildren = false;
  }
  invocation.execution = withBatch(invocation.execution, next);
  if (!invocation.facts.hasReadChildren) await readEnds(invocation, next);
  const after = invocation.execution.among?.children ?? next;
  if (listStartable(after).length > 0) await startNext(invocation, after);
}

async function startOne(
  invocation: Invocation,
  batch: Batch,
  parent: Parent,
  item: ChildItem | undefined,
): Promise<ExecutionRecord | undefined> {
  if (item === undefined) return undefined;
  const { context, collaborators, emitter, execution } = invocation;
  const isHere = batch.functionName === undefined;
  const pin = isHere && collaborators.continueOn !== 'latest' ? namePin(context) : null;
  const functionArn = batch.functionName ?? pin ?? context.invokedFunctionArn;
  const { carried } = execution.trail;
  const start = { item, parent, job: batch.job, functionArn, pin, expiresAtMs: expiry(invocation), carried };
  const record = await tryToRead(invocation, (tools) => writeChild(tools, start));
  if (record === undefined) return undefined;
  if (record.isFresh) {
    await wakeExecution(record, item.id, invocation, execution.chain.length + 1);
  }
  // Also of one that has begun: whoever wrote it may have died before it could tell.
  const { executionId: childId, startedAtMs: atMs } = record.continuation;
  emitter.about({ atMs }).emit('child.started', { childId, status: 'running' });
  return record;
}

/**
 * No more are started. Those that an earlier invocation has started, and died before it could say so, are known by their records only:
 * from now on they are of those that run.
 */
async function adoptStarted(invocation: Invocation, batch: Batch): Promise<void> {
  const candidates = listPerhapsStarted(batch);
  if (candidates.length === 0) return;
  const items = await loadItems(invocation, batch);
  const parent = describeParent(invocation, batch);
  const isThere = await inGroups(candidates, (item) =>
    tryToRead(invocation, (tools) => hasChild(tools, parent, items[item]?.id ?? '')),
  );
  const adopted = noteAdopted(
    batch,
    candidates.filter((_item, index) => isThere[index]),
  );
  invocation.execution = withBatch(invocation.execution, adopted);
  await readEnds(invocation, adopted);
}

/**
 * Ends an execution only when its children have ended: it asks them to, and sleeps meanwhile.
 *
 * @returns what this invocation answers while children are left; undefined when there are none
 */
export async function closeChildren(invocation: Invocation, end: EarlyEnd): Promise<EndedAnswer | undefined> {
  const { children, closing } = invocation.execution.among ?? {};
  if (children !== undefined && closing === undefined) await adoptStarted(invocation, children);
  for (;;) {
    const { among } = invocation.execution;
    const batch = among?.children;
    if (among === undefined || batch === undefined || batch.running.length === 0) {
      if (among?.closing !== undefined) invocation.execution = stopClosing(invocation.execution);
      return undefined;
    }
    if (among.closing === undefined) {
      await revoke(invocation, batch);
      const untilMs = invocation.journal?.readExpiry() ?? 0;
      invocation.execution = beginClosing(invocation.execution, describeClosing(end), untilMs);
    }
    await tendChildren(invocation);
    if (invocation.execution.among?.children?.running.length === 0) continue;
    const sleeping = await fallAsleep(invocation, {
      kind: 'hand-off',
      reason: 'children',
      delaySeconds: 0,
      isAsleep: true,
    });
    if ('answer' in sleeping) return sleeping.answer;
    if (invocation.journal?.hasNews === true) invocation.facts.hasReadChildren = false;
    await invocation.journal?.readNews(invocation.execution, invocation.checkpoint, async () => {});
  }
}

function describeClosing(end: EarlyEnd): Closing {
  if (end.kind === 'cancel') return end;
  const { error, unit } = end;
  return { kind: 'fail', error: describeError(error), ...(unit !== undefined && { unit }) };
}

/** The end that waited for children comes. */
function stopClosing({ among, ...execution }: Invocation['execution']): Invocation['execution'] {
  if (among === undefined) return execution;
  const { closing: _closing, ...rest } = among;
  return { ...execution, among: rest };
}

async function revoke(invocation: Invocation, batch: Batch): Promise<void> {
  const items = await loadItems(invocation, batch);
  const parent = describeParent(invocation, batch);
  await inGroups(batch.running, async (item) => {
    const id = items[item]?.id ?? '';
    const record = await tryToRead(invocation, (tools) => revokeChild(tools, parent, id));
    await wakeSleeper(record, `end.${id}`, invocation, invocation.execution.chain.length + 1);
  });
}

/** An end that was waiting for children, when it may come now. */
export function readClosing(invocation: Invocation): Decision | 'cancel' | undefined {
  const { closing } = invocation.execution.among ?? {};
  if (closing === undefined) return undefined;
  return closing.kind === 'cancel'
    ? 'cancel'
    : { kind: 'fail', error: rebuildError(closing.error as KeptError) };
}

/** Whether an invocation ended with the end of its execution. */
export function isEnd(thrown: unknown): boolean {
  return thrown instanceof ExecutionFailedError;
}

async function loadItems(invocation: Invocation, batch: Batch): Promise<readonly ChildItem[]> {
  const { executionId } = invocation.execution;
  invocation.facts.items ??= await tryToRead(invocation, (tools: InboxTools) =>
    readItems(tools, executionId, batch),
  );
  return invocation.facts.items;
}

function describeParent({ execution, journal, plan }: Invocation, { number }: Batch): Parent {
  const { depth = 0, jobs = [] } = journal?.parent ?? {};
  return { executionId: execution.executionId, number, depth: depth + 1, jobs: [...jobs, plan.name] };
}
