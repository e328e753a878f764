import type { ListQuery, StoredExecution } from '../ports';

/** The executions that a query asks for, newest start first: for stores that cannot select by themselves. */
export function selectExecutions(executions: readonly StoredExecution[], { limit = 100, ...query }: ListQuery): StoredExecution[] {
  return executions
    .filter((execution) => isAskedFor(execution, query))
    .sort((one, other) => other.startedAtMs - one.startedAtMs)
    .slice(0, limit);
}

function isAskedFor(execution: StoredExecution, { job, status, startedUntilMs = Number.POSITIVE_INFINITY }: ListQuery): boolean {
  const { startedAtMs } = execution;
  return (job ?? execution.job) === execution.job && (status ?? execution.status) === execution.status && startedAtMs <= startedUntilMs;
}
