import type { StopMark } from '../../client/answers';
import type { BatonClient } from '../../client/baton-client';
import { BatonError } from '../../errors';
import { formatAge } from '../view/format';
import type { Paint } from '../view/paint';

/** A stop as it is shown: of a damaged mark nobody knows since when it stands. */
export type ShownStop = StopMark | (Pick<StopMark, 'job' | 'reason'> & { readonly stoppedAtMs: null });

/** The stops of these jobs, each once. A damaged mark stops its job, and must not hide what else is known. */
export async function findStops(client: BatonClient, jobs: readonly string[]): Promise<ShownStop[]> {
  const stops = await Promise.all([...new Set(jobs)].map((job) => findStop(client, job)));
  return stops.filter((stop) => stop !== undefined);
}

async function findStop(client: BatonClient, job: string): Promise<ShownStop | undefined> {
  try {
    return await client.readStop(job);
  } catch (error) {
    if (!BatonError.is(error) || error.code !== 'CORRUPT_CONTINUATION') throw error;
    return { job, stoppedAtMs: null, reason: 'its stop mark is damaged' };
  }
}

/** One line about a job that is stopped. */
export function renderStop({ job, stoppedAtMs, reason }: ShownStop, nowMs: number, paint: Paint): string {
  const standing = stoppedAtMs === null ? 'is stopped' : `was stopped ${formatAge(nowMs - stoppedAtMs)} ago`;
  return `${paint('warn', '!')} job ${job} ${standing}${reason === undefined ? '' : `: ${reason}`} (baton resume ${job})`;
}
