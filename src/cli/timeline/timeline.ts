import type { InvocationEnding, UnitKind, WaitReason } from '../../runtime/observe/runtime-event';

/** How an execution stands. */
export type LaneStatus = 'cancelled' | 'completed' | 'failed' | 'parked' | 'running' | 'skipped' | 'waiting';

/** An execution as it is drawn: plain data, all times in epoch milliseconds. */
export interface Timeline {
  readonly root: ExecutionLane;
  /** When it was looked at: what has not ended is drawn until then. */
  readonly nowMs: number;
  /** What was left out, so that it fits: in words, one for each. */
  readonly omitted: readonly string[];
}

/** One execution, and what it started beneath it. */
export interface ExecutionLane {
  readonly executionId: string;
  readonly job: string;
  readonly status: LaneStatus;
  readonly startMs: number;
  /** Undefined while it has not ended. */
  readonly endMs: number | undefined;
  /** In the order in which they began. */
  readonly invocations: readonly InvocationBar[];
  /** What is between them. */
  readonly gaps: readonly Gap[];
  /** What is not listed any more, since only the last invocations are kept. */
  readonly earlier: EarlierSums | undefined;
  /** What it failed of. */
  readonly error: string | undefined;
  /** Of a skipped one: who had the slots of its job's `concurrency`. */
  readonly running?: readonly string[];
  /** What it has counted itself: a step that was lost with its invocation counts once. Undefined when nobody has said it. */
  readonly counted: CountedSums | undefined;
  readonly children: readonly ExecutionLane[];
}

/** What an execution counts of itself. */
export interface CountedSums {
  readonly stepCount: number;
  readonly failedAttemptCount: number;
  /** Undefined when it does not say. */
  readonly costUsd?: number;
}

/** The sums of invocations that are not kept one by one. */
interface EarlierSums {
  readonly invocationCount: number;
  readonly stepCount: number;
  readonly failedAttemptCount: number;
  readonly costUsd: number;
}

export interface InvocationBar {
  readonly invocation: number;
  readonly startMs: number;
  /** For one that died: when it was last heard of. */
  readonly endMs: number;
  /** When the process of one that died ended, where that is known. */
  readonly killedMs?: number;
  /** `running`: it has not ended, as far as anybody knows. */
  readonly ending: InvocationEnding | 'running';
  readonly isCold: boolean;
  readonly version: string;
  readonly stepCount: number;
  readonly failedAttemptCount: number;
  /** What it handed over, in bytes. */
  readonly bytes: number | undefined;
  readonly costUsd: number | undefined;
  readonly requestId: string | undefined;
  /** How it handed over, and why: `safe-window by lambda`. */
  readonly handOff: string | undefined;
  /** What was left of its time when it handed over. */
  readonly remainingMs: number | undefined;
  /** Only of a local run. */
  readonly units: readonly UnitBar[];
  readonly marks: readonly Mark[];
}

/** How an attempt ended. */
type UnitEnding = 'abandoned' | 'died' | 'failed' | 'finished' | 'paused' | 'running' | 'safe-window';

/** An attempt at a step or at another unit of work. */
export interface UnitBar {
  readonly step: string;
  readonly kind: UnitKind;
  readonly cycle: number;
  readonly attempt: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly ending: UnitEnding;
  /** The first line of what it failed of. */
  readonly error?: string;
  /** How long the next attempt was waited for, when there was to be one. */
  readonly retryInMs?: number;
}

/** Something that takes no time. */
export interface Mark {
  readonly atMs: number;
  readonly kind: 'checkpoint' | 'child' | 'duplicate' | 'fault' | 'signal';
  readonly text: string;
}

/** Time in which no invocation of an execution ran. */
export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  /**
   * `start`: until the first invocation came. `hand-off`: until the next one went on. `recovery`: until somebody came after a death or a
   * failure to go on. `wait`: it waited for something.
   */
  readonly kind: 'hand-off' | 'recovery' | 'start' | 'wait';
  readonly reason: WaitReason | undefined;
  /** The invocation before, 0 for none. */
  readonly after: number;
  /** Whether it goes on: the next invocation has not come. */
  readonly isOpen: boolean;
}

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
