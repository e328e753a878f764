import { CONTINUATION_SENDERS, createHandler } from '../../dist/index.js';
import { smallState } from '../copy-state.mjs';
import { defineJob } from './define-job.mjs';
import { roomyContext } from './measure.mjs';

/** Handlers that resume have a channel that asks AWS for nothing: the recursion setting is known from the first invocation. */
export const quietChannel = [
  { token: CONTINUATION_SENDERS, useValue: [{ channel: 'bench', maxBytes: 1e6, send: async () => {} }] },
];

/** Runs the given number of steps of a job with 1 KB of state, then lets the time run out. @returns the continuation, as text */
export async function makeContinuation(steps) {
  let body;
  const send = async (request) => {
    body = request.body;
  };
  const sender = { channel: 'bench', maxBytes: 1e6, send };
  const Job = defineJob(smallState(), Number.POSITIVE_INFINITY);
  let remainingMs = 900_000;
  const step = Job.prototype.step;
  Job.prototype.step = async function count() {
    await step.call(this);
    if (this.n === steps) remainingMs = 50_000;
  };
  const handler = createHandler(Job, { providers: [{ token: CONTINUATION_SENDERS, useValue: [sender] }] });
  await handler({}, { ...roomyContext(), getRemainingTimeInMillis: () => remainingMs });
  return body;
}
