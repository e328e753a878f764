import { BatonError } from '../../errors';
import type { Heartbeats } from '../checkpoint/heartbeats';

/** Errors of the execution as a whole. */
const boundCodes: ReadonlySet<string> = new Set(['FUSE_BLOWN', 'HAND_OFF_FAILED', 'INVALID_JOB']);

/** Which method runs, or ran last, and what a next try of the delivery is told of it should this one die. */
export class CurrentUnit {
  readonly #signs: Heartbeats;
  #method = '';
  #work = '';
  #isHandingOver = false;
  #hasPassedSafePoint = false;

  constructor(signs: Heartbeats) {
    this.#signs = signs;
  }

  /** The work that is running, or ran last; before the first, the method that was asked whether there is any. */
  get name(): string {
    return this.#work || this.#method;
  }

  /** The method that runs, or ran last. */
  get method(): string {
    return this.#method;
  }

  /** Whether something was done and is behind it: what follows did not have this invocation to itself. */
  get hasPassedSafePoint(): boolean {
    return this.#hasPassedSafePoint;
  }

  /** The method that an error ended, for a decision to fail: a blown fuse, or a cycle with nothing to run, is nobody's. */
  findFailed(error: unknown): string | undefined {
    return BatonError.is(error) && boundCodes.has(error.code) ? undefined : this.#method;
  }

  /** Written down at once when a try before this one died, so that the next one knows where. */
  begin(method: string, isWork: boolean): void {
    this.#method = method;
    if (isWork) this.#work = method;
    if (this.#signs.lost !== undefined) this.sign();
  }

  /** Nothing but the hand-over is left to do: a death from now on is not one of the next unit of work. */
  beginHandOver(): void {
    this.#isHandingOver = true;
  }

  beginHandOffHook(method: string): void {
    this.#method = method;
    this.#signs.give(method, 'hand-off');
  }

  /** It was to sleep, or to hand over, and there was a reason not to. */
  stayAwake(): void {
    this.#isHandingOver = false;
  }

  /** @param isStored - a store says where the execution stands */
  passSafePoint(isStored: boolean): void {
    if (this.#hasPassedSafePoint) return;
    this.#hasPassedSafePoint = true;
    if (!isStored) this.#signs.give(this.#method, 'later');
  }

  /** Says that this try is alive, and where. */
  sign(): void {
    const place = this.#isHandingOver ? 'hand-off' : 'start';
    this.#signs.give(this.#method, this.#hasPassedSafePoint && !this.#isHandingOver ? 'later' : place);
  }
}
