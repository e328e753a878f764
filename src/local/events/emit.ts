import type { EventEmitter } from 'node:events';
import type { LocalLambdaEvents } from './local-lambda-events';

/** Tells listeners that something has happened. */
export type Emit = <Name extends keyof LocalLambdaEvents>(
  name: Name,
  ...event: LocalLambdaEvents[Name]
) => void;

/** An {@link Emit} that a throwing listener cannot stop half-way: what it throws is thrown where it harms nothing. */
export function createEmit(emitter: EventEmitter<LocalLambdaEvents>): Emit {
  return (name, ...event) => {
    try {
      emitter.emit(name, ...(event as never));
    } catch (error) {
      reportLater(error);
    }
  };
}

/** Throws a user's error outside of what is going on: as an uncaught exception of this process. */
export function reportLater(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
