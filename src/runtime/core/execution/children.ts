import { ChildrenFailedError, InvalidDirectiveError } from '../../../errors';
import { type Among, alone, type Batch, type ChildCounts, type ChildItem, type Closing } from './among';
import type { StartChildrenDirective } from './directives';
import type { Execution } from './execution';
import type { JobPlan } from './job-plan';

/** The most children of one batch. */
const maxChildren = 10_000;
/** The most children that run at the same time. */
const maxConcurrency = 1_000;
const defaultConcurrency = 10;
/** Failed children that an error names. */
const maxNamed = 10;
const childId = /^[A-Za-z0-9._-]{1,64}$/;

/** How a child has ended. */
export interface ChildEnd {
  readonly id: string;
  readonly status: 'cancelled' | 'completed' | 'failed' | 'skipped';
}

/** What a directive asks for, checked. */
export type ChildrenRequest = Pick<Batch, 'concurrency' | 'maxFailures'> & {
  readonly items: readonly ChildItem[];
};

/**
 * Checks what a step asks for. Inputs are looked at elsewhere.
 *
 * @throws InvalidDirectiveError that says what is wrong.
 */
export function checkChildren(
  plan: JobPlan,
  method: string,
  directive: StartChildrenDirective,
): ChildrenRequest {
  const { items, concurrency = defaultConcurrency, maxFailures = 0, job, functionName } = directive;
  const refuse = (problem: string, fix: string) =>
    new InvalidDirectiveError({
      problem: `Step ${method} of job ${plan.name} gave startChildren ${problem}.`,
      fix,
      details: { method },
    });
  if (!Array.isArray(items)) throw refuse('no list of items', 'Give it items of the form { id, input }.');
  if (items.length > maxChildren)
    throw refuse(
      `${items.length} items, and ${maxChildren} is the limit`,
      'Start them in several steps, or give each child more than one piece of work.',
    );
  const ids = new Set<unknown>();
  for (const item of items as readonly Partial<ChildItem>[]) {
    const id = item?.id;
    if (typeof id !== 'string' || !childId.test(id))
      throw refuse(
        'an item whose id is none',
        'Name each by 1 to 64 letters, digits, dots, underscores or hyphens.',
      );
    if (ids.has(id)) throw refuse(`two items with the id ${id}`, 'Give each item an id of its own.');
    ids.add(id);
  }
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > maxConcurrency)
    throw refuse(
      'a concurrency that is none',
      `Give it a whole number from 1 to ${maxConcurrency}, or leave it out.`,
    );
  if (!Number.isInteger(maxFailures) || maxFailures < 0)
    throw refuse('a maxFailures that is none', 'Give it a whole number, 0 or more, or leave it out.');
  if (job === undefined && functionName === undefined)
    throw refuse(
      'neither a job nor a functionName',
      'Say which job the children run: job: a class of this handler, or functionName: another function.',
    );
  if (functionName !== undefined && (typeof functionName !== 'string' || functionName === ''))
    throw refuse('a functionName that is none', 'Give the name or the ARN of a function.');
  return { items: items as readonly ChildItem[], concurrency, maxFailures };
}

/** The execution asleep until the children of a batch have ended. */
export function beginBatch(execution: Execution, batch: Batch, untilMs: number): Execution {
  const among = execution.among ?? alone;
  return {
    ...execution,
    resumeAtMs: untilMs,
    isWaiting: true,
    among: { ...among, sleep: { kind: 'children' }, woken: null, children: batch },
  };
}

/** The execution asleep until its children have ended, whatever it was doing: then it ends. Nothing but their ends wakes it. */
export function beginClosing(execution: Execution, closing: Closing, untilMs: number): Execution {
  const among = execution.among ?? alone;
  return {
    ...execution,
    resumeAtMs: untilMs,
    isWaiting: true,
    among: { ...among, sleep: { kind: 'children' }, closing },
  };
}

/** The items that are to be started now. */
export function listStartable({ total, next, running, concurrency, ...batch }: Batch): readonly number[] {
  if (hasFailed(batch)) return [];
  const count = Math.max(0, Math.min(total - next, concurrency - running.length));
  return Array.from({ length: count }, (_, index) => next + index);
}

/** More have failed than may: cancelled and skipped ones count. */
export function hasFailed({
  failed,
  cancelled,
  maxFailures,
}: Pick<Batch, 'cancelled' | 'failed' | 'maxFailures'>) {
  return failed + cancelled > maxFailures;
}

/** The batch after items were started. */
export function noteStarted(batch: Batch, items: readonly number[]): Batch {
  return { ...batch, next: batch.next + items.length, running: [...batch.running, ...items] };
}

/** The items whose children may be there although the batch does not say so: their starter may have died in between. */
export function listPerhapsStarted({ total, next, concurrency }: Batch): readonly number[] {
  return Array.from({ length: Math.min(total - next, concurrency) }, (_, index) => next + index);
}

/** The batch after it was looked for children that were started without a word: no more are started. */
export function noteAdopted(batch: Batch, items: readonly number[]): Batch {
  return { ...batch, next: batch.total, running: [...batch.running, ...items] };
}

/** The batch after a child was found to have ended. */
export function noteEnded(batch: Batch, item: number, { id, status }: ChildEnd, isTold: boolean): Batch {
  const running = batch.running.filter((one) => one !== item);
  const due = isTold ? [...batch.due, item] : batch.due;
  if (status === 'completed') return { ...batch, running, due, completed: batch.completed + 1 };
  const failures = batch.failures.length < maxNamed ? [...batch.failures, id] : batch.failures;
  if (status === 'failed') return { ...batch, running, due, failures, failed: batch.failed + 1 };
  return { ...batch, running, due, failures, cancelled: batch.cancelled + 1 };
}

/** Whether nothing is left to do for a batch. */
export function isBatchOver(batch: Batch): boolean {
  const isDone = batch.next >= batch.total || hasFailed(batch);
  return isDone && batch.running.length === 0 && batch.due.length === 0;
}

/** How a batch stands, for `ctx.children` and `ctx.woken`. */
export function countChildren({ total, completed, failed, cancelled }: Batch): ChildCounts {
  return { total, completed, failed, cancelled };
}

/** The error of a step more of whose children have failed than may. */
export function childrenFailedError(plan: JobPlan, batch: Batch): ChildrenFailedError {
  const { total, failed, cancelled, failures, maxFailures, step } = batch;
  const count = failed + cancelled;
  const rest = count > failures.length ? ` and ${count - failures.length} more` : '';
  return new ChildrenFailedError({
    problem: `${count} of ${total} children of step ${step} of job ${plan.name} have not completed, and maxFailures is ${maxFailures}: ${failures.join(', ')}${rest}.`,
    fix: 'Look at these executions; raise maxFailures if some may fail, and handle them in @OnChildEnd.',
    details: { step, total, failed, cancelled, maxFailures, childIds: failures },
  });
}

/** The execution that has learned what a child has cost. */
export function addChildCost(execution: Execution, costUsd: number): Execution {
  const among = execution.among ?? alone;
  return { ...execution, among: { ...among, childrenCostUsd: (among.childrenCostUsd ?? 0) + costUsd } };
}

/** The execution with its batch changed. */
export function withBatch(execution: Execution, children: Batch): Execution {
  const among: Among = { ...(execution.among ?? alone), children };
  return { ...execution, among };
}
