import { ExecutionConflictError, UnknownExecutionError } from '../../errors';
import type { Batch, ChildItem } from '../core/execution/among';
import type { ChildEnd } from '../core/execution/children';
import type { Trail } from '../core/execution/trail';
import { describeError, type ErrorRecord } from '../core/record/describe-error';
import type { ExecutionRecord, Parent } from '../core/record/execution-record';
import { nameChild, nameItems } from '../core/record/fresh';
import { askToEnd, findRecord } from './change-record';
import type { InboxTools } from './inbox';
import { writeFresh } from './write-fresh';

/** What children are listed under that are no executions yet: no job has this name. */
const jobOfItems = 'lambda-baton:children';

/** Keeps the items of a batch: once, apart from the parent's record. */
export async function writeItems(
  { store, digest }: InboxTools,
  parentId: string,
  { number, epoch }: Pick<Batch, 'epoch' | 'number'>,
  items: readonly ChildItem[],
  expiresAtMs: number,
): Promise<void> {
  const executionId = nameItems(parentId, number, epoch, digest);
  const state = JSON.stringify(items);
  const entry = { executionId, job: jobOfItems, status: 'cancelled' as const, startedAtMs: 0 };
  for (;;) {
    const stored = await store.load(executionId);
    if (stored?.state === state) return;
    const saved = { ...entry, expiresAtMs, head: '1', state };
    if ((await store.save(saved, stored?.revision)) !== undefined) return;
  }
}

/** The items of a batch. @throws UnknownExecutionError when they are gone */
export async function readItems(
  { store, digest }: InboxTools,
  parentId: string,
  { number, epoch }: Pick<Batch, 'epoch' | 'number'>,
): Promise<readonly ChildItem[]> {
  const stored = await store.load(nameItems(parentId, number, epoch, digest));
  if (stored !== undefined) return JSON.parse(stored.state) as readonly ChildItem[];
  throw new UnknownExecutionError({
    problem: `The items of batch ${number} of execution ${parentId} are no longer in the store.`,
    fix: 'Do not delete records that begin with lambda-baton: while executions run.',
    details: { executionId: parentId },
  });
}

/** What a child is started with. */
export interface ChildStart {
  readonly item: ChildItem;
  readonly parent: Parent;
  readonly job: string;
  readonly functionArn: string | undefined;
  readonly pin: string | null;
  readonly expiresAtMs: number;
  readonly carried: Trail['carried'];
}

/**
 * Writes the record of a child, unless it is there.
 *
 * @returns the record as it is; undefined when another execution has its id
 */
export async function writeChild(tools: InboxTools, start: ChildStart): Promise<ExecutionRecord | undefined> {
  const { item, parent, job, functionArn, pin, expiresAtMs, carried } = start;
  const executionId = nameChild(parent.executionId, parent.number, item.id);
  const nowMs = tools.clock.now();
  const fresh = { executionId, job, input: item.input, nowMs, functionArn, pin, parent, carried };
  const found = await writeFresh(tools, fresh, expiresAtMs);
  return found !== undefined && isChildOf(found.record, parent) ? found.record : undefined;
}

/** Whether a child has been started. */
export async function hasChild(
  { store, checksum }: InboxTools,
  parent: Parent,
  id: string,
): Promise<boolean> {
  const found = await findRecord(store, checksum, nameChild(parent.executionId, parent.number, id));
  return found !== undefined && isChildOf(found.record, parent);
}

/** What a parent learns of a child. */
export interface FoundChild extends ChildEnd {
  readonly result?: unknown;
  readonly error?: ErrorRecord;
  readonly costUsd: number;
}

/** How a child has ended; undefined while it has not. */
export async function readChild(
  { store, checksum }: InboxTools,
  parent: Pick<Parent, 'executionId' | 'number'>,
  id: string,
): Promise<FoundChild | undefined> {
  const executionId = nameChild(parent.executionId, parent.number, id);
  const found = await findRecord(store, checksum, executionId);
  if (found === undefined || !isChildOf(found.record, parent))
    return { id, status: 'failed', error: describeError(strangerError(executionId)), costUsd: 0 };
  const { outcome, continuation } = found.record;
  if (outcome === null) return undefined;
  const costUsd = continuation.costUsd + (continuation.among?.childrenCostUsd ?? 0);
  if (outcome.status === 'failed') return { id, status: 'failed', error: outcome.error, costUsd };
  if (outcome.status === 'completed' && outcome.result !== undefined)
    return { id, status: 'completed', result: outcome.result, costUsd };
  return { id, status: outcome.status, costUsd };
}

/** Asks a child to end. @returns its record; undefined when there is none that is this parent's */
export function revokeChild(
  { store, checksum }: InboxTools,
  parent: Pick<Parent, 'executionId' | 'number'>,
  id: string,
): Promise<ExecutionRecord | undefined> {
  const executionId = nameChild(parent.executionId, parent.number, id);
  return askToEnd(store, checksum, executionId, (record) => isChildOf(record, parent));
}

function isChildOf(
  { parent }: ExecutionRecord,
  { executionId, number }: Pick<Parent, 'executionId' | 'number'>,
): boolean {
  return parent?.executionId === executionId && parent.number === number;
}

function strangerError(executionId: string): ExecutionConflictError {
  return new ExecutionConflictError({
    problem: `The child cannot be started: execution ${executionId} is not of this parent, or is gone.`,
    fix: 'Do not start executions under ids of the form <parent>/<n>/<id> by hand.',
    details: { executionId, job: '' },
  });
}
