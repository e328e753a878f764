import type { ExecutionLane } from './timeline';

/** The nearest of these executions that one was started by: a child is named `<parent>/<n>/<id>`. */
function findParent(executionId: string, ids: { has(id: string): boolean }): string | undefined {
  let end = executionId.lastIndexOf('/');
  while (end > 0) {
    const parent = executionId.slice(0, end);
    if (ids.has(parent)) return parent;
    end = executionId.lastIndexOf('/', end - 1);
  }
  return undefined;
}

/** The children of one execution as they were started; those of the same moment by their names. */
export function orderLanes(lanes: readonly ExecutionLane[]): readonly ExecutionLane[] {
  const byName = (a: ExecutionLane, b: ExecutionLane) => (a.executionId < b.executionId ? -1 : 1);
  return lanes.toSorted((a, b) => a.startMs - b.startMs || byName(a, b));
}

/** The children of each, in their order. */
export function groupByParent<T extends { readonly executionId: string }>(
  executions: readonly T[],
  ids: { has(id: string): boolean },
): ReadonlyMap<string | undefined, readonly T[]> {
  const groups = new Map<string | undefined, T[]>();
  for (const execution of executions) {
    const parent = findParent(execution.executionId, ids);
    const group = groups.get(parent) ?? [];
    group.push(execution);
    groups.set(parent, group);
  }
  return groups;
}
