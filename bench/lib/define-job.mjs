import * as dist from '../../dist/index.js';

/** A job whose only step counts, with the given fields beside the counter. `library` is the build that it is a job of. */
export function defineJob(fields, stepCount, options = {}, library = dist) {
  const { LongRunning, State, Step, Terminate } = library;
  class Count {
    n = 0;
    constructor() {
      Object.assign(this, structuredClone(fields));
    }
    async step() {
      this.n += 1;
    }
    isDone() {
      return this.n >= stepCount;
    }
  }
  for (const field of ['n', ...Object.keys(fields)]) State()(Count.prototype, field);
  Step()(Count.prototype, 'step', Object.getOwnPropertyDescriptor(Count.prototype, 'step'));
  Terminate()(Count.prototype, 'isDone', Object.getOwnPropertyDescriptor(Count.prototype, 'isDone'));
  LongRunning({
    name: 'count',
    safeMs: 60_000,
    intervalMs: 5_000,
    limits: { maxInvocations: 1e9 },
    ...options,
  })(Count);
  return Count;
}
