import type { Logger } from '../ports';
import type { Observer, RuntimeEvent } from './runtime-event';

type EventType = RuntimeEvent['type'];

/** The events that are worth a line, and its level and words. The words may change: what reads lines goes by their field `event`. */
const lines = {
  'execution.started': ['info', 'execution started'],
  'execution.resumed': ['info', 'execution resumed'],
  'execution.handed-off': ['info', 'handed off'],
  'execution.waiting': ['info', 'handed off'],
  'execution.completed': ['info', 'execution completed'],
  'execution.failed': ['error', 'execution failed'],
  'execution.cancelled': ['info', 'execution cancelled'],
  'execution.parked': ['error', 'execution parked'],
  'execution.superseded': ['warn', 'invocation superseded: another one has claimed the execution'],
  'execution.skipped': ['info', 'execution skipped'],
  'step.failed': ['warn', 'step failed'],
  'step.interrupted': ['warn', 'step interrupted'],
  'hand-off.failed': ['warn', 'channel failed'],
  'signal.received': ['info', 'signal received'],
  'signal.refused': ['warn', 'signal refused'],
  'duplicate.dropped': ['info', 'delivery runs nothing'],
  progress: ['info', 'progress'],
} as const satisfies { readonly [Type in EventType]?: readonly [keyof Logger, string] };

/** The log as an observer: one line for each event that is worth one, with its type as `event` and its facts as fields. */
export class LogObserver implements Observer {
  readonly #logger: Logger;

  /** @param logger - one that cannot fail. */
  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Whether an event of this type is worth a line. */
  static writes(type: EventType): boolean {
    return Object.hasOwn(lines, type);
  }

  on({ type, atMs: _atMs, ...facts }: RuntimeEvent): void {
    const line = lines[type as keyof typeof lines];
    if (line === undefined) return;
    const [level, message] = line;
    this.#logger[level](message, { event: type, ...facts });
  }
}
