import type { Observer, RuntimeEvent } from '../runtime/observe/runtime-event';
import { readFrame } from './life';
import { VirtualInvocation } from './virtual-invocation';

/** Keeps the events of a run, by invocation too. The dead tell nothing. */
export class RunObserver implements Observer {
  readonly events: RuntimeEvent[] = [];

  on(event: RuntimeEvent): void {
    const life = readFrame()?.life;
    if (life?.isOver === true) return;
    this.events.push(event);
    if (life instanceof VirtualInvocation) life.events.push(event);
  }
}

const wrapped = new WeakMap<Observer, Observer>();

/** A test's own observer, which does not hear what an invocation that is over still says. */
export function silenceTheDead(observer: Observer): Observer {
  const known = wrapped.get(observer) ?? wrap(observer);
  wrapped.set(observer, known);
  return known;
}

function wrap(observer: Observer): Observer {
  const isDead = () => readFrame()?.life.isOver === true;
  return {
    on: (event) => (isDead() ? undefined : observer.on(event)),
    ...(observer.carry && { carry: (executionId) => observer.carry?.(executionId) ?? {} }),
    ...(observer.around && {
      around: (event, run) => (isDead() ? run() : (observer.around?.(event, run) ?? run())),
    }),
  };
}
