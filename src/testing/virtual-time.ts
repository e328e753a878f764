import type { Clock, Timer } from '../runtime/ports';
import { type Frame, leaveFrame, readFrame, runInFrame } from './life';
import { settle } from './settle';
import { TestKitError } from './test-kit-error';

/** Where virtual time begins unless it is told otherwise: 2026-01-01T00:00:00Z, in epoch milliseconds. */
export const epochMs: number = Date.UTC(2026, 0, 1);

/** A {@link Clock} that stands still until it is moved. */
export class VirtualClock implements Clock {
  #nowMs: number;

  /** @param startMs - epoch milliseconds. @defaultValue 2026-01-01T00:00:00Z */
  constructor(startMs: number = epochMs) {
    this.#nowMs = startMs;
  }

  /** Virtual epoch milliseconds. */
  now(): number {
    return this.#nowMs;
  }

  /** Virtual too: however long a test takes, no deadline comes by it. */
  elapsedMs(): number {
    return this.#nowMs;
  }

  /** Moves on by `ms` without firing a timer: what synchronous code does that holds the event loop. */
  block(ms: number): void {
    this.#nowMs += ms;
  }

  /** Moves to a time in epoch milliseconds, never backwards. */
  moveTo(timeMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, timeMs);
  }

  /** Begins again at a time in epoch milliseconds. */
  reset(timeMs: number): void {
    this.#nowMs = timeMs;
  }
}

interface Alarm {
  dueMs: number;
  readonly everyMs: number | undefined;
  readonly task: () => void;
  /** Whose alarm it is: that of a dead invocation never goes off. */
  readonly frame: Frame | undefined;
}

/** How many turns of the real event loop a promise may need while no timer is armed: a lazy `import()` takes some. */
const maxIdleTurns = 4_000;

/** A {@link Timer} on virtual time: alarms go off in the order of their time when somebody lets it pass, and what one wakes up runs before the next. */
export class ManualTimer implements Timer {
  /** The clock that it moves. */
  readonly clock: VirtualClock;
  readonly #alarms = new Set<Alarm>();

  constructor(clock: VirtualClock = new VirtualClock()) {
    this.clock = clock;
  }

  /** Alarms that are still armed: 0 when nothing was left behind. */
  get armedCount(): number {
    return this.#alarms.size;
  }

  /** When the next alarm goes off, in epoch milliseconds; undefined when none is armed. */
  get nextDueMs(): number | undefined {
    return this.#findNext()?.dueMs;
  }

  every(ms: number, task: () => void): () => void {
    return this.#arm({ dueMs: this.clock.now() + ms, everyMs: ms, task, frame: readFrame() });
  }

  once(ms: number, task: () => void): () => void {
    return this.#arm({ dueMs: this.clock.now() + ms, everyMs: undefined, task, frame: readFrame() });
  }

  /** Resolves after that many virtual milliseconds: what a step awaits that takes its time. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.once(ms, resolve);
    });
  }

  /** Lets that many virtual milliseconds pass. */
  async advance(ms: number): Promise<void> {
    const endMs = this.clock.now() + ms;
    await settle();
    while (await this.fireNext(endMs));
    this.clock.moveTo(endMs);
  }

  /**
   * Lets as much virtual time pass as a promise needs to settle, at most until `endMs`; then it answers `undefined`.
   *
   * @throws TestKitError when no alarm is armed, and still the promise does not settle.
   */
  async drive<Value>(promise: Promise<Value>, endMs = Number.POSITIVE_INFINITY): Promise<Value | undefined> {
    let isSettled = false;
    const note = () => {
      isSettled = true;
    };
    promise.then(note, note);
    for (let idleTurns = 0; idleTurns < maxIdleTurns; ) {
      await settle();
      if (isSettled) return promise;
      if (await this.fireNext(endMs)) idleTurns = 0;
      else if (endMs !== Number.POSITIVE_INFINITY && this.#alarms.size > 0) return undefined;
      else idleTurns += 1;
    }
    throw new TestKitError({
      problem: 'No timer is armed, and still the promise does not settle.',
      fix: 'Let what is tested wait on virtual time: inject TIMER, or await sleep of the ManualTimer.',
    });
  }

  /** Fires the next alarm, if one is due until `endMs`, and lets run what it wakes up. Says whether there was one. */
  async fireNext(endMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    const next = this.#findNext();
    if (next === undefined || next.dueMs > endMs) return false;
    this.clock.moveTo(next.dueMs);
    if (next.everyMs === undefined) this.#alarms.delete(next);
    else while (next.dueMs <= this.clock.now()) next.dueMs += next.everyMs;
    if (next.frame === undefined) leaveFrame(next.task);
    else runInFrame(next.frame, next.task);
    await settle();
    return true;
  }

  /** Disarms everything, as the death of the process does. */
  kill(): void {
    this.#alarms.clear();
  }

  #arm(alarm: Alarm): () => void {
    if (alarm.frame?.life.isOver === true) return () => {};
    this.#alarms.add(alarm);
    return () => {
      this.#alarms.delete(alarm);
    };
  }

  #findNext(): Alarm | undefined {
    let next: Alarm | undefined;
    for (const alarm of this.#alarms) {
      if (alarm.frame?.life.isOver === true) this.#alarms.delete(alarm);
      else if (next === undefined || alarm.dueMs < next.dueMs) next = alarm;
    }
    return next;
  }
}
