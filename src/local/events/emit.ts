import type { EventEmitter } from 'node:events';
import { reportLater } from '../report-later';
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
