import { CorruptContinuationError, JobStoppedError } from '../../../../../src/errors';
import {
  describeMarkId,
  readStopMark,
  stoppedError,
  writeStopMark,
} from '../../../../../src/runtime/core/record/stop-mark';
import { catchError, messageOf, startMs } from '../core.helpers';

const checksum = (text: string) => String(text.length);
const mark = { job: 'Reconcile', stoppedAtMs: startMs, reason: 'audit' };

function read(head: string, job = 'Reconcile') {
  return readStopMark(job, { head }, checksum);
}

describe('a stop mark', () => {
  it('A stop mark has an id of its own for each job, which is no execution’s id', () => {
    expect(describeMarkId('Reconcile')).toBe('lambda-baton:stop:Reconcile');
  });

  it('A stop mark is read as it was written', () => {
    expect(read(writeStopMark(mark, checksum))).toMatchObject(mark);
    const text = JSON.stringify({ v: 1, ...mark });
    expect(writeStopMark(mark, checksum)).toBe(`${text.length} ${text}`);
  });

  it('A stop mark is none where none was set, or where it was taken away', () => {
    expect(readStopMark('Reconcile', undefined, checksum)).toBeUndefined();
    expect(read(writeStopMark({ job: 'Reconcile' }, checksum))).toBeUndefined();
  });

  it.each<[string, string]>([
    ['is damaged', `${writeStopMark(mark, checksum)} `],
    ['is of another job', writeStopMark({ ...mark, job: 'Backfill' }, checksum)],
    ['is taken away from another job', writeStopMark({ job: 'Backfill' }, checksum)],
    ['has no time', writeStopMark({ ...mark, stoppedAtMs: '2026' as unknown as number }, checksum)],
  ])('A stop mark that %s lets nothing of the job run', (_what, head) => {
    const error = catchError(() => read(head));
    expect(error).toBeInstanceOf(CorruptContinuationError);
    expect(error.details).toEqual({ reason: 'the stop mark is damaged' });
  });

  it('A stop mark that is damaged says how to set it again, or to take it away', () => {
    expect(messageOf(() => read(''))).toMatchInlineSnapshot(`
"The stop mark of job Reconcile cannot be read, so nothing of it runs.
→ Set it again with baton stop Reconcile, or take it away with baton resume Reconcile."
`);
  });
});

describe('stoppedError', () => {
  it('stoppedError says which execution is not started, since when, and why', () => {
    const error = stoppedError(mark, 'order-1');
    expect(error).toBeInstanceOf(JobStoppedError);
    expect(error.details).toEqual({
      job: 'Reconcile',
      executionId: 'order-1',
      stoppedAtMs: startMs,
      reason: 'audit',
    });
    expect(error.message).toMatchInlineSnapshot(`
"Execution order-1 is not started: job Reconcile was stopped at 2027-01-15T08:00:00.000Z (audit).
→ When it may go on: baton resume Reconcile, or BatonClient.resume."
`);
  });

  it('stoppedError says what else is refused, and no reason where none was given', () => {
    const error = stoppedError({ job: 'Reconcile', stoppedAtMs: startMs }, 'order-1', 'redriven');
    expect(error.details).toEqual({ job: 'Reconcile', executionId: 'order-1', stoppedAtMs: startMs });
    expect(error.details).not.toHaveProperty('reason');
    expect(error.message).toMatchInlineSnapshot(`
"Execution order-1 is not redriven: job Reconcile was stopped at 2027-01-15T08:00:00.000Z.
→ When it may go on: baton resume Reconcile, or BatonClient.resume."
`);
  });
});
