import { join } from 'node:path';
import { deployJob, settle } from '../../lib/run-job.mjs';
import { prepare as prepareService } from '../story.mjs';

/** The same recordings, and a service that calls back: by a client, or by an event of the function. `scale` 1 is 8. */
export async function prepare(options) {
  const prepared = await prepareService({ ...options, job: join(import.meta.dirname, 'job.ts') });
  // Skipped, a day of patience would be a second.
  return { ...prepared, environment: { ...prepared.environment, BATON_SKIP_WAITS: '0' } };
}

export async function run({ service, events, ...options }) {
  const deployment = await deployJob(options);
  const { lambda, client, seen, stop } = deployment;
  try {
    const startedAt = Date.now();
    const invoke = (payload) => lambda.invoke({ functionName: 'job', invocationType: 'Event', payload });
    const senders = [
      (signal) => client.signal(signal),
      (signal) => invoke({ lambdaBaton: { v: 1, signal } }),
    ];
    let sentCount = 0;
    service.state.callBack = async (token, payload) => senders[sentCount++ % 2]({ token, payload });
    for (const payload of events) await invoke(payload);
    const results = await settle(deployment, options.timeoutMs, { withDelayed: false });
    return { ...seen, wallMs: Date.now() - startedAt, results };
  } finally {
    await stop();
  }
}
