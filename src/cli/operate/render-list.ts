import type { ExecutionSummary } from '../../client/answers';
import { countCells } from '../view/cells';
import { formatAge } from '../view/format';
import type { Paint } from '../view/paint';
import { looks } from './render-status';

/** One line for each execution, in columns. */
export function renderList(executions: readonly ExecutionSummary[], nowMs: number, paint: Paint): string[] {
  if (executions.length === 0) return ['There is no such execution.'];
  const widths = { id: measure(executions.map((each) => each.executionId)), job: measure(executions.map((each) => each.job)) };
  return executions.map(({ executionId, job, status, invocation, startedAtMs, isStuck, isParked }) => {
    const trouble = (isStuck && 'looks stuck') || (isParked && 'parked');
    const [tone, mark] = trouble ? (['warn', '!'] as const) : looks[status];
    const standing = paint(tone, `${mark} ${(trouble || status).padEnd('looks stuck'.length)}`);
    const number = `#${invocation ?? '?'}`.padEnd(5);
    return `${standing}  ${pad(executionId, widths.id)}  ${pad(job, widths.job)}  ${number}  ${formatAge(nowMs - startedAtMs)} ago`;
  });
}

function measure(texts: readonly string[]): number {
  return Math.max(...texts.map(countCells));
}

function pad(text: string, cells: number): string {
  return `${text}${' '.repeat(cells - countCells(text))}`;
}
