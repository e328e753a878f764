import type { Boundary, BoundaryKind, FaultKind, Schedule } from './boundaries';
import { never, readFrame } from './life';
import type { ManualTimer } from './manual-timer';
import { VirtualInvocation } from './virtual-invocation';
import type { VirtualLambda } from './virtual-lambda';

/** How long a delayed call takes, in virtual milliseconds. */
const delayMs = 1_000;

/** The border between an invocation and the outside: everything that crosses it is counted, can go wrong on request, and is stopped when the invocation is dead. */
export class Border {
  readonly boundaries: Boundary[] = [];
  readonly #schedule: Schedule;
  readonly #lambda: VirtualLambda;
  readonly #timer: ManualTimer;

  constructor(schedule: Schedule, lambda: VirtualLambda, timer: ManualTimer) {
    this.#schedule = schedule;
    this.#lambda = lambda;
    this.#timer = timer;
  }

  /** The invocation that the running code belongs to; undefined in a test's own code. */
  get invocation(): VirtualInvocation | undefined {
    const life = readFrame()?.life;
    return life instanceof VirtualInvocation ? life : undefined;
  }

  /** Passes a point at which nothing is called. A promise that never settles when the process ends there. */
  pass(kind: BoundaryKind, label: string): Promise<never> | undefined {
    const { invocation } = this;
    if (invocation === undefined) return undefined;
    if (invocation.isOver) return never();
    const fault = this.#meet(kind, label);
    if (fault === 'duplicate') this.#lambda.copy(invocation.delivery);
    if (fault === 'crash') this.#lambda.crash(invocation);
    if (fault === 'timeout') this.#lambda.freeze(invocation);
    return invocation.isOver ? never() : undefined;
  }

  /** Makes a call to the outside. `copy` delivers once more what the call has sent. */
  async cross<Value>(
    kind: BoundaryKind,
    label: string,
    act: () => Promise<Value>,
    copy?: (value: Value) => void,
  ): Promise<Value> {
    const { invocation } = this;
    if (invocation === undefined) return act();
    if (invocation.isOver) return never();
    const fault = this.#meet(kind, label);
    if (fault === 'crash') this.#lambda.crash(invocation);
    if (fault === 'duplicate' && copy === undefined) this.#lambda.copy(invocation.delivery);
    if (fault === 'delay' || (fault === 'duplicate' && copy === undefined)) await this.#timer.sleep(delayMs);
    if (fault === 'timeout' || invocation.isOver) return never();
    const value = await act();
    if (fault === 'duplicate') copy?.(value);
    if (fault === 'crash-after') this.#lambda.crash(invocation);
    if (invocation.isOver) return never();
    if (fault === 'lost-reply')
      throw Object.assign(new Error(`The reply to ${kind} ${label} was lost.`), { code: 'ECONNRESET' });
    return value;
  }

  #meet(kind: BoundaryKind, label: string): FaultKind | undefined {
    const number = this.boundaries.length + 1;
    this.boundaries.push({ number, kind, label });
    return this.#schedule.get(number);
  }
}
