import { AsyncLocalStorage } from 'node:async_hooks';
import type { StepContext } from '../runtime/step/step-context';

/**
 * The life of one fake invocation. A real process is killed; here only its promises can be abandoned.
 * So everything of the kit asks whose life it is called from, and does nothing for one that is over.
 */
export class Life {
  #isOver = false;

  get isOver(): boolean {
    return this.#isOver;
  }

  end(): void {
    this.#isOver = true;
  }
}

/** What code runs in: an invocation's life, and the step that is being run. */
export interface Frame<Invocation extends Life = Life> {
  readonly life: Invocation;
  readonly ctx?: StepContext;
}

const frames = new AsyncLocalStorage<Frame>();

/** Where the running code belongs; undefined in a test's own code. */
export function readFrame(): Frame | undefined {
  return frames.getStore();
}

/** Runs code, and everything that it starts, in a frame. */
export function runInFrame<Value>(frame: Frame, act: () => Value): Value {
  return frames.run(frame, act);
}

/** Runs code outside of every frame. */
export function leaveFrame<Value>(act: () => Value): Value {
  return frames.exit(act);
}

/** What the dead wait for. */
export function never<Value>(): Promise<Value> {
  return new Promise<Value>(() => {});
}
