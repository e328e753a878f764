import type { InvocationEnding, RuntimeEvent } from '../../runtime/observe/runtime-event';
import { formatBytes, formatDuration } from '../view/text';
import type { InvocationBar, Mark, UnitBar } from './timeline';

type Changing<T> = { -readonly [Name in keyof T]: T[Name] };

/** The end of a process, which could not tell it itself. */
export interface Kill {
  readonly requestId: string;
  /** In epoch milliseconds. */
  readonly atMs: number;
}

/** One delivery of an event, as it is told. */
export class EventBar {
  readonly requestId: string;
  readonly invocation: number;
  readonly startMs: number;
  readonly #started: Extract<RuntimeEvent, { type: 'invocation.started' }>;
  readonly #units: Changing<UnitBar>[] = [];
  readonly #marks: Mark[] = [];
  readonly #facts: Partial<Changing<InvocationBar>> = {};
  #ending: InvocationEnding | undefined;
  #endMs: number | undefined;
  #lastMs: number;
  #stepCount = 0;
  #failedAttemptCount = 0;

  constructor(event: Extract<RuntimeEvent, { type: 'invocation.started' }>) {
    this.#started = event;
    this.requestId = event.requestId;
    this.invocation = event.invocation;
    this.startMs = event.atMs;
    this.#lastMs = event.atMs;
  }

  /** Whether nobody has told its end. */
  get isOpen(): boolean {
    return this.#ending === undefined;
  }

  take(event: RuntimeEvent): void {
    const isOfDead = 'ending' in event && event.ending === 'died';
    if (!isOfDead) this.#lastMs = Math.max(this.#lastMs, event.atMs);
    switch (event.type) {
      case 'step.started': {
        const { step, kind, cycle, attempt, atMs } = event;
        this.#units.push({ step, kind, cycle, attempt, startMs: atMs, endMs: atMs, ending: 'running' });
        return;
      }
      case 'step.finished':
      case 'step.paused':
      case 'step.failed':
      case 'step.interrupted':
        this.#endUnit(event);
        return;
      case 'execution.handed-off':
        this.#facts.handOff = `${event.reason} by ${event.channel}`;
        this.#facts.remainingMs = event.remainingMs;
        this.#facts.bytes = event.bytes;
        return;
      case 'execution.waiting':
        this.#facts.bytes = event.bytes;
        return;
      case 'invocation.ended':
        this.#ending = event.ending;
        this.#facts.costUsd = event.costUsd;
        // What was told of it and not recorded was lost with it.
        this.#stepCount = event.stepCount ?? this.#stepCount;
        this.#failedAttemptCount = event.failedAttemptCount ?? this.#failedAttemptCount;
        this.#endMs = event.atMs;
        return;
      default:
        this.#mark(event);
    }
  }

  /** What is drawn of it. Nobody may have told its end: it died, when another came after it, or it runs. */
  finish(nextStartMs: number | undefined, nowMs: number, kills: readonly Kill[]): InvocationBar {
    const ending = this.#ending ?? (nextStartMs === undefined ? 'running' : 'died');
    const latestMs = nextStartMs ?? Number.POSITIVE_INFINITY;
    const kill = kills.find(
      ({ requestId, atMs }) => requestId === this.requestId && atMs >= this.#lastMs && atMs <= latestMs,
    );
    const endMs = Math.max(
      this.startMs,
      this.#endMs ?? (ending === 'running' ? nowMs : Math.min(this.#lastMs, latestMs)),
    );
    const { isCold, version } = this.#started;
    const { invocation, requestId } = this;
    const killedMs = ending === 'died' ? kill?.atMs : undefined;
    return {
      ...(killedMs !== undefined && { killedMs }),
      ...{ invocation, startMs: this.startMs, endMs, ending, isCold, version, requestId },
      ...{ stepCount: this.#stepCount, failedAttemptCount: this.#failedAttemptCount },
      bytes: this.#facts.bytes,
      costUsd: this.#facts.costUsd,
      handOff: this.#facts.handOff,
      remainingMs: this.#facts.remainingMs,
      units: this.#units.map((unit) =>
        unit.ending === 'running' || unit.ending === 'died'
          ? closeUnit(unit, ending, killedMs ?? Math.max(endMs, this.#lastMs))
          : unit,
      ),
      marks: this.#marks,
    };
  }

  #endUnit(
    event: Extract<RuntimeEvent, { type: `step.${'failed' | 'finished' | 'interrupted' | 'paused'}` }>,
  ): void {
    const unit = this.#units.findLast(({ step, ending }) => step === event.step && ending === 'running');
    if (event.type === 'step.finished' && event.kind === 'step') this.#stepCount += 1;
    if (event.type === 'step.failed') this.#failedAttemptCount += 1;
    if (unit === undefined) return;
    unit.endMs = Math.max(unit.startMs, Math.min(unit.startMs + event.durationMs, event.atMs));
    unit.ending = event.type === 'step.interrupted' ? event.ending : endings[event.type];
    if (event.type !== 'step.failed') return;
    unit.error = `${event.error.name}: ${event.error.message.split('\n', 1)[0]}`;
    if (event.willRetry) unit.retryInMs = event.delayMs;
  }

  #mark(event: RuntimeEvent): void {
    const mark = describeMark(event);
    if (mark !== undefined) this.#marks.push({ atMs: event.atMs, ...mark });
  }
}

const endings = { 'step.failed': 'failed', 'step.finished': 'finished', 'step.paused': 'paused' } as const;

function closeUnit(unit: UnitBar, ending: InvocationBar['ending'], endMs: number): UnitBar {
  return { ...unit, endMs: Math.max(unit.startMs, endMs), ending: ending === 'died' ? 'died' : 'running' };
}

function describeMark(event: RuntimeEvent): Omit<Mark, 'atMs'> | undefined {
  switch (event.type) {
    case 'checkpoint.stored': {
      const text = `checkpoint of ${formatBytes(event.bytes)} in ${formatDuration(event.durationMs)}`;
      return { kind: 'checkpoint', text };
    }
    case 'signal.received':
      return { kind: 'signal', text: `signal ${event.name}` };
    case 'signal.refused':
      return { kind: 'signal', text: `signal ${event.name}, refused` };
    case 'child.started':
      return { kind: 'child', text: `child ${event.childId} started` };
    case 'child.ended':
      return { kind: 'child', text: `child ${event.childId}: ${event.status}` };
    case 'hand-off.failed':
      return {
        kind: 'fault',
        text: `hand-off by ${event.channel} failed: ${event.error.message.split('\n', 1)[0]}`,
      };
    case 'duplicate.dropped':
      return { kind: 'duplicate', text: `a duplicate was dropped: ${event.reason}` };
    default:
      return undefined;
  }
}
