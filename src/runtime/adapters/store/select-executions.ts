import { reservedPrefix } from '../../core/message/arrival';
import type { ExecutionStatus, ListedExecutions, ListQuery, StoredExecution } from '../../ports';

/** How many a list holds unless it is said. */
export const defaultLimit = 100;

/** The executions that a query asks for, newest start first: for stores that cannot select by themselves. */
export function selectExecutions(
  executions: readonly StoredExecution[],
  query: ListQuery,
): StoredExecution[] {
  return executions
    .filter((execution) => isAskedFor(execution, query))
    .sort((one, other) => other.startedAtMs - one.startedAtMs)
    .slice(0, query.live === undefined ? (query.limit ?? defaultLimit) : executions.length);
}

/** Says whether a query asks for an execution. Never for what the runtime itself keeps in the store. */
export function isAskedFor(
  { executionId, job, status, startedAtMs }: StoredExecution,
  query: ListQuery,
): boolean {
  if (executionId.startsWith(reservedPrefix) || (query.job ?? job) !== job) return false;
  if (query.live !== undefined) return isLive(status);
  return (
    (query.status ?? status) === status && startedAtMs <= (query.startedUntilMs ?? Number.POSITIVE_INFINITY)
  );
}

/** Says whether an execution has not ended. */
export function isLive(status: ExecutionStatus): boolean {
  return status === 'running' || status === 'waiting';
}

/** Says whether a query asks for nothing that has ended. */
export function isForLive({ live, status }: ListQuery): boolean {
  return live !== undefined || (status !== undefined && isLive(status));
}

/** A page of what is live, with where the next one begins; a plain list when the query asked for no page. */
export function describePage(
  executions: readonly StoredExecution[],
  { live }: ListQuery,
  next: string | null,
): ListedExecutions {
  return live === undefined ? executions : Object.assign([...executions], { next });
}

/** Reads at the same time: more open files or sockets help nobody, and a process has only so many. */
const readerCount = 16;

/** Calls `read` for every item, a few at a time, and answers in the order of the items. */
export async function readInParallel<Item, Answer>(
  items: readonly Item[],
  read: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers = new Array<Answer>(items.length);
  const next = items.entries();
  const readOn = async () => {
    for (const [index, item] of next) answers[index] = await read(item);
  };
  await Promise.all(Array.from({ length: Math.min(readerCount, items.length) }, readOn));
  return answers;
}
