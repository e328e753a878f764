import type { InvocationEnding, RuntimeEvent, WaitReason } from '../../runtime/observe/runtime-event';
import { EventBar, type Kill } from './event-bar';
import { findGaps } from './gaps';
import {
  type CountedSums,
  type ExecutionLane,
  groupByParent,
  type LaneStatus,
  orderLanes,
  type Timeline,
} from './timeline';

type Ended = Extract<
  RuntimeEvent,
  { type: `execution.${'cancelled' | 'completed' | 'failed' | 'parked' | 'skipped'}` }
>;

/** Everything that was told of one execution. */
class EventLane {
  readonly bars: EventBar[] = [];
  readonly reasons = new Map<EventBar, WaitReason>();
  end: Ended | undefined;
  counted: CountedSums | undefined;
  readonly executionId: string;
  readonly job: string;
  readonly startMs: number;

  constructor(event: RuntimeEvent) {
    this.executionId = event.executionId;
    this.job = event.job;
    this.startMs = event.atMs;
  }

  take(event: RuntimeEvent): void {
    if (event.type === 'invocation.started') {
      this.bars.push(new EventBar(event));
      return;
    }
    if (isEnd(event)) this.end = event;
    else if (event.type === 'execution.resumed') this.end = undefined;
    this.counted = readCounted(event) ?? this.counted;
    const bar = this.#findBar(event) ?? this.#addUntold(event);
    if (bar === undefined) return;
    if (event.type === 'execution.waiting') this.reasons.set(bar, event.reason);
    if (event.type === 'invocation.ended' && event.reason !== undefined) this.reasons.set(bar, event.reason);
    bar.take(event);
  }

  /** One that died before it could tell that it had begun. */
  #addUntold(event: RuntimeEvent): EventBar | undefined {
    if (event.type !== 'invocation.ended') return undefined;
    const { durationMs, ending: _ending, costUsd: _costUsd, ...subject } = event;
    const atMs = event.atMs - durationMs;
    const bar = new EventBar({
      ...subject,
      type: 'invocation.started',
      atMs,
      isCold: false,
      version: '',
      remainingMs: 0,
    });
    const at = this.bars.findIndex(({ startMs }) => startMs > atMs);
    this.bars.splice(at < 0 ? this.bars.length : at, 0, bar);
    return bar;
  }

  /** The delivery that it is about: the last one of that name, since Lambda gives a retry the name of the first try. */
  #findBar(event: RuntimeEvent): EventBar | undefined {
    const isOfDead = 'ending' in event && event.ending === 'died';
    return this.bars.findLast(
      ({ requestId, invocation, isOpen }) =>
        requestId === event.requestId && (!isOfDead || (isOpen && invocation === event.invocation)),
    );
  }
}

/** Of the whole execution: an invocation's end tells its own. */
function readCounted(event: RuntimeEvent): CountedSums | undefined {
  if (event.type === 'invocation.ended') return undefined;
  const { stepCount, failedAttemptCount } = event as Partial<CountedSums>;
  return stepCount === undefined || failedAttemptCount === undefined
    ? undefined
    : { stepCount, failedAttemptCount };
}

function isEnd(event: RuntimeEvent): event is Ended {
  return /^execution\.(cancelled|completed|failed|parked|skipped)$/.test(event.type);
}

/** What is drawn of a local run: every event that its observers were told, from the first to the last. @returns undefined of nothing */
export function modelFromEvents(
  events: readonly RuntimeEvent[],
  nowMs: number,
  kills: readonly Kill[] = [],
): Timeline | undefined {
  const lanes = new Map<string, EventLane>();
  const starts = new Map<string, number>();
  for (const event of events) {
    if (event.type === 'child.started' && !starts.has(event.childId)) starts.set(event.childId, event.atMs);
    const lane = lanes.get(event.executionId) ?? new EventLane(event);
    lanes.set(event.executionId, lane);
    lane.take(event);
  }
  const groups = groupByParent([...lanes.values()], lanes);
  const build = (lane: EventLane): ExecutionLane => {
    const children = (groups.get(lane.executionId) ?? []).map(build);
    const startMs = Math.min(lane.startMs, starts.get(lane.executionId) ?? lane.startMs);
    return finishLane(lane, { startMs, nowMs, kills }, children);
  };
  const [root] = groups.get(undefined) ?? [];
  return root === undefined ? undefined : { root: build(root), nowMs, omitted: [] };
}

interface LaneFacts {
  /** A child is written down by its parent before it begins. */
  readonly startMs: number;
  readonly nowMs: number;
  readonly kills: readonly Kill[];
}

function finishLane(
  { executionId, bars, reasons, end, job, counted }: EventLane,
  { startMs, nowMs, kills }: LaneFacts,
  children: readonly ExecutionLane[],
): ExecutionLane {
  const finished = bars.map(
    (bar, index) => [bar, bar.finish(bars[index + 1]?.startMs, nowMs, kills)] as const,
  );
  const invocations = finished.map(([, bar]) => bar);
  const endMs = end?.atMs;
  const gaps = findGaps({
    ...{ startMs, invocations, openUntilMs: end === undefined ? nowMs : undefined },
    reasons: new Map(
      finished.flatMap(([bar, drawn]) => {
        const reason = reasons.get(bar);
        return reason === undefined ? [] : [[drawn, reason]];
      }),
    ),
  });
  const error = end?.type === 'execution.failed' ? describeError(end.error) : undefined;
  const skipped = end?.type === 'execution.skipped' ? { running: end.running } : {};
  return {
    ...skipped,
    ...{ executionId, job, startMs, endMs, invocations, gaps, error, counted, earlier: undefined },
    children: orderLanes(children),
    status: nameStatus(end, invocations.at(-1)?.ending),
  };
}

function nameStatus(end: Ended | undefined, ending: InvocationEnding | 'running' | undefined): LaneStatus {
  if (end !== undefined) return end.type.slice('execution.'.length) as LaneStatus;
  return ending === 'waiting' ? 'waiting' : 'running';
}

/** The first line of an error. */
export function describeError({
  name,
  message,
}: {
  readonly name: string;
  readonly message: string;
}): string {
  return `${name}: ${message.split('\n', 1)[0]}`;
}
