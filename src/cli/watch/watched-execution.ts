import type { EarlierInvocations, ExecutionDescription, InvocationEntry } from '../../client/answers';

/** What has changed since an execution was looked at before. */
export interface Change {
  readonly execution: ExecutionDescription;
  /** The invocations that have ended since. */
  readonly ended: readonly InvocationEntry[];
  /** The invocation that has begun since; undefined when none has, or when it has ended again. */
  readonly begun: number | undefined;
  /** Whether anything is otherwise than it was. */
  readonly isNews: boolean;
}

/** Whether nothing more will happen to an execution, unless somebody redrives it. */
export function hasEnded({ status }: ExecutionDescription): boolean {
  return status !== 'running' && status !== 'waiting';
}

/** Compares an execution with how it was before. */
export class WatchedExecution {
  readonly #known = new Set<string>();
  #running = 0;
  #text = '';

  take(execution: ExecutionDescription): Change {
    const ended = execution.history.filter((entry) => !this.#known.has(nameEntry(entry)));
    for (const entry of ended) this.#known.add(nameEntry(entry));
    const running = readRunning(execution);
    const begun = running !== 0 && (running !== this.#running || ended.length > 0) ? running : undefined;
    this.#running = running;
    const text = JSON.stringify(execution);
    const isNews = text !== this.#text;
    this.#text = text;
    return { execution, ended, begun, isNews };
  }
}

/** What is read of an execution here. */
interface Standing extends Pick<ExecutionDescription, 'handedOffTo' | 'invocation' | 'isParked'> {
  readonly status: string;
  readonly history: readonly Pick<InvocationEntry, 'ending' | 'invocation'>[];
  readonly earlier?: Pick<EarlierInvocations, 'count'>;
}

/** The number of the invocation that is under way; 0 when none is. One that was given back has ended under the number that comes next. */
export function readRunning({ status, handedOffTo, isParked, history, invocation }: Standing): number {
  const last = history.at(-1);
  const isGivenBack = last?.invocation === invocation && last.ending !== 'died';
  return status !== 'running' || handedOffTo !== null || isParked || isGivenBack ? 0 : invocation;
}

/** How many invocations it has had, the one that is under way among them. One that died and came again is two. */
export function countInvocations(execution: Standing): number {
  const { history, earlier } = execution;
  return (earlier?.count ?? 0) + history.length + (readRunning(execution) === 0 ? 0 : 1);
}

function nameEntry({ invocation, startedAtMs }: InvocationEntry): string {
  return `${invocation}@${startedAtMs}`;
}
