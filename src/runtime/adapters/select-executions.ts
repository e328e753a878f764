import type { ListQuery, StoredExecution } from '../ports';

/** The executions that a query asks for, newest start first: for stores that cannot select by themselves. */
export function selectExecutions(executions: readonly StoredExecution[], { job, status, limit = 100 }: ListQuery): StoredExecution[] {
  return executions
    .filter((execution) => (job === undefined || execution.job === job) && (status === undefined || execution.status === status))
    .sort((one, other) => other.startedAtMs - one.startedAtMs)
    .slice(0, limit);
}
