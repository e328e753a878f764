import type { Timer } from '../../src';
import { settleMicrotasks } from './settle-microtasks';
import type { VirtualClock } from './virtual-clock';

interface Alarm {
  dueMs: number;
  readonly everyMs: number | undefined;
  readonly task: () => void;
}

/** How many turns of the real event loop a promise may need while no timer is armed: a lazy `import()` takes some. */
const maxIdleTurns = 20_000;

/** A timer on virtual time: alarms go off in order of their time when somebody advances it, and what they wake up runs before the next one. */
export class ManualTimer implements Timer {
  readonly clock: VirtualClock;
  readonly #alarms = new Set<Alarm>();

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  /** Alarms that are still armed: 0 when nothing was left behind. */
  get armedCount(): number {
    return this.#alarms.size;
  }

  every(ms: number, task: () => void): () => void {
    return this.#arm({ dueMs: this.clock.now() + ms, everyMs: ms, task });
  }

  once(ms: number, task: () => void): () => void {
    return this.#arm({ dueMs: this.clock.now() + ms, everyMs: undefined, task });
  }

  /** Resolves after that much virtual time: what a step awaits that takes its time. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.once(ms, resolve);
    });
  }

  /** Lets virtual time pass. */
  async advance(ms: number): Promise<void> {
    const endMs = this.clock.now() + ms;
    await settleMicrotasks();
    while (await this.#fireNext(endMs));
    this.clock.moveTo(endMs);
  }

  /** Lets as much virtual time pass as a promise needs to settle, at most until `endMs`; then it answers `undefined`. */
  async drive<Value>(promise: Promise<Value>, endMs = Number.POSITIVE_INFINITY): Promise<Value | undefined> {
    let isSettled = false;
    const settle = () => {
      isSettled = true;
    };
    promise.then(settle, settle);
    for (let idleTurns = 0; idleTurns < maxIdleTurns; ) {
      await settleMicrotasks();
      if (isSettled) return promise;
      if (await this.#fireNext(endMs)) idleTurns = 0;
      else if (endMs !== Number.POSITIVE_INFINITY && this.#alarms.size > 0) return undefined;
      else idleTurns += 1;
    }
    throw new Error('No timer is armed, and still the promise does not settle.');
  }

  /** Disarms everything, as the death of the process does. */
  kill(): void {
    this.#alarms.clear();
  }

  #arm(alarm: Alarm): () => void {
    this.#alarms.add(alarm);
    return () => {
      this.#alarms.delete(alarm);
    };
  }

  async #fireNext(endMs: number): Promise<boolean> {
    let next: Alarm | undefined;
    for (const alarm of this.#alarms) if (next === undefined || alarm.dueMs < next.dueMs) next = alarm;
    if (next === undefined || next.dueMs > endMs) return false;
    this.clock.moveTo(next.dueMs);
    if (next.everyMs === undefined) this.#alarms.delete(next);
    else while (next.dueMs <= this.clock.now()) next.dueMs += next.everyMs;
    next.task();
    await settleMicrotasks();
    return true;
  }
}
