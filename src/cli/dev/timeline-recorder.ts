import type { LocalLambda } from '../../local';
import type { RuntimeEvent } from '../../runtime/observe/runtime-event';
import { parseEvent } from '../run/execution-fact';
import type { Kill } from '../timeline/event-bar';
import { modelFromEvents } from '../timeline/model-from-events';
import { writePage } from '../timeline/timeline-file';

/** Keeps what the runtime tells of a local run, and draws it in the end. */
export class TimelineRecorder {
  readonly #events: RuntimeEvent[] = [];
  readonly #ends: Kill[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** Progress is nothing that a timeline shows, and may come a thousand times a second. */
  listen(lambda: LocalLambda): void {
    lambda.on('note', ({ line }) => {
      const event = parseEvent(line);
      if (event !== undefined && event.type !== 'progress') this.#events.push(event);
    });
    lambda.on('invocation-end', ({ requestId }) => this.#ends.push({ requestId, atMs: Date.now() }));
  }

  /** @returns what there is to say about it */
  async write(): Promise<string> {
    const timeline = modelFromEvents(this.#events, Date.now(), this.#ends);
    if (timeline === undefined) return 'no timeline was written: the runtime told nothing';
    await writePage(timeline, this.#file);
    return `timeline written to ${this.#file}`;
  }
}
