import type { LocalLambda } from '../../local';
import type { InvocationRecord } from '../record/invocation-record';
import { type RunEvent, watchedEvents } from '../record/run-event';
import type { RunRecord } from '../record/run-record';

/** Takes everything that a local Lambda tells into a record, and passes it on. */
export function watchRun(
  lambda: LocalLambda,
  record: RunRecord,
  readTime: () => number,
  listen: (event: RunEvent, invocation: InvocationRecord | undefined) => void,
): void {
  const { on } = lambda as { on(name: RunEvent['name'], listener: (about: never) => void): unknown };
  for (const name of watchedEvents) {
    on.call(lambda, name, (about) => {
      const event = { name, atMs: readTime(), about } as RunEvent;
      listen(event, record.take(event));
    });
  }
}
