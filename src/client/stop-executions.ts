import { CheckpointFailedError } from '../errors';
import { reservedPrefix } from '../runtime/core/message/arrival';
import { describeError } from '../runtime/core/record/describe-error';
import { describeMarkId, readStopMark, type StopMark, writeStopMark } from '../runtime/core/record/stop-mark';
import type { Checksum } from '../runtime/core/state/seal';
import type { CheckpointStore, StoredExecution, StoredRevision } from '../runtime/ports';
import type { CancelAnswer, StopAnswer } from './answers';
import type { LivePage } from './sweep-executions';

/** Executions that are asked at the same time. */
const askedAtOnce = 16;

/** Asks all of these executions to end. One that cannot be asked keeps no other from it. */
export async function stopExecutions(
  pages: AsyncIterable<LivePage>,
  cancel: (executionId: string) => Promise<CancelAnswer>,
): Promise<Pick<StopAnswer, 'executionIds' | 'failed' | 'hasMore'>> {
  const executionIds: string[] = [];
  const failed: { executionId: string; reason: string }[] = [];
  let hasMore = false;
  for await (const page of pages) {
    const ids = page.found.map(({ stored }) => stored.executionId);
    for (let start = 0; start < ids.length; start += askedAtOnce) {
      const asked = ids.slice(start, start + askedAtOnce);
      const answers = await Promise.allSettled(asked.map(cancel));
      for (const [index, executionId] of asked.entries()) {
        const answer = answers[index] as PromiseSettledResult<CancelAnswer>;
        if (answer.status === 'rejected')
          failed.push({ executionId, reason: describeError(answer.reason).message });
        else if (answer.value.kind === 'requested') executionIds.push(executionId);
      }
    }
    hasMore ||= page.hasMore;
  }
  return { executionIds, failed, hasMore };
}

/** Others write a mark only when they stop or resume the same job in the same moment. */
const maxTries = 20;
/** What marks are listed under: no job has this name. */
const jobOfMarks = `${reservedPrefix}stop`;
/** A mark does not expire: it is kept for a hundred years, in milliseconds. */
const keptForMs = 100 * 365 * 86_400_000;

/** What marks are read and written with. */
interface MarkDeps {
  readonly store: CheckpointStore;
  readonly checksum: Checksum;
  readonly nowMs: number;
}

/** Marks a job as stopped. One that is stopped stays so since when it was, with another reason if one is given. */
export async function markStopped(
  deps: MarkDeps,
  job: string,
  reason: string | undefined,
): Promise<StopMark> {
  const fresh: StopMark = { job, stoppedAtMs: deps.nowMs, ...(reason !== undefined && { reason }) };
  const { mark = fresh } = await changeStopMark(deps, job, (before) => {
    if (before === undefined) return fresh;
    return reason === undefined ? before : { ...before, reason };
  });
  return mark;
}

/**
 * Reads the stop mark of a job, asks what is to stand there, and writes that if nobody has written it meanwhile; else again from the
 * beginning. A damaged mark is written over.
 *
 * @param choose - the mark that is to stand; undefined to take it away
 * @returns the mark that stands now, and whether the job was stopped before
 * @throws CheckpointFailedError when others were faster every time.
 */
export async function changeStopMark(
  { store, checksum, nowMs }: MarkDeps,
  job: string,
  choose: (before: StopMark | undefined) => StopMark | undefined,
): Promise<{ readonly mark: StopMark | undefined; readonly wasStopped: boolean }> {
  const executionId = describeMarkId(job);
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const stored = await store.load(executionId);
    const before = readBefore(job, stored, checksum);
    const mark = choose(before.mark);
    const wasStopped = before.mark !== undefined || before.isDamaged;
    if (mark === before.mark && !before.isDamaged) return { mark, wasStopped };
    const revision = await store.save(describeEntry(job, mark, checksum, nowMs), stored?.revision);
    if (revision !== undefined) return { mark, wasStopped };
  }
  throw new CheckpointFailedError({
    problem: `The stop mark of job ${job} could not be changed: others changed it each of ${maxTries} times.`,
    fix: 'See who else stops or resumes the job, then do it again.',
    details: { executionId, tries: maxTries },
  });
}

function readBefore(job: string, stored: StoredRevision | undefined, checksum: Checksum) {
  try {
    return { mark: readStopMark(job, stored, checksum), isDamaged: false };
  } catch {
    return { mark: undefined, isDamaged: true };
  }
}

/** As a store keeps it: it has ended, so that nobody looks after it, and is older than every execution, so that it stands behind them. */
function describeEntry(
  job: string,
  mark: StopMark | undefined,
  checksum: Checksum,
  nowMs: number,
): StoredExecution {
  return {
    executionId: describeMarkId(job),
    job: jobOfMarks,
    status: 'cancelled',
    startedAtMs: 0,
    expiresAtMs: nowMs + keptForMs,
    head: writeStopMark(mark ?? { job }, checksum),
    state: '',
  };
}
