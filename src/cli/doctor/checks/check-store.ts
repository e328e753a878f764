import { readSettings } from '../../../handler/read-settings';
import { countKeptDays } from '../../../runtime/core/execution/deployment-rules';
import { type BucketFacts, type DoctorFacts, type JobFacts, listJobs, type TableFacts } from '../facts';
import { approve, checkKnown, type Finding, refuse, warn } from '../finding';

const keys = ['pk S', 'sk S'] as const;
const indexKeys = ['job S', 'startedAtMs N'];
const expiryAttribute = 'expiresAt';

/** Checks where executions are kept. */
export function checkStore(facts: DoctorFacts): readonly Finding[] {
  return [
    ...checkKnown(facts.table, checkTable),
    ...checkKnown(facts.bucket, (bucket) => checkBucket(bucket, listJobs(facts.job))),
    ...checkSweep(facts),
  ];
}

/** A note and no warning: Lambda's own retries come first, and what they give up is in the failure queue. */
function checkSweep({ isSwept, environment }: DoctorFacts): readonly Finding[] {
  return checkKnown(environment, (variables) => {
    if (isSwept === undefined || readSettings(variables).settings.store === undefined) return [];
    if (isSwept) return [approve('store', 'Its executions are swept on a schedule.')];
    const note = approve(
      'store',
      'Nothing sweeps its executions: one that will not be retried waits for baton sweep.',
    );
    return [
      {
        ...note,
        fix: 'To have it done on a schedule, leave sweep: false out of LongRunningFunction, or deploy dist/sweeper.',
      },
    ];
  });
}

function checkTable(table: TableFacts | 'missing' | undefined): readonly Finding[] {
  if (table === undefined) return [];
  if (table === 'missing') {
    return [
      refuse(
        'table',
        'BATON_TABLE names a table that is not there.',
        'Correct BATON_TABLE, or create the table in this Region.',
      ),
    ];
  }
  return [
    ...checkKeys(table),
    ...checkIndex(table),
    ...checkKnown(table.expiresBy, (attribute) => checkExpiry(table, attribute)),
  ];
}

function checkKeys({ name, partitionKey, sortKey }: TableFacts): Finding[] {
  if (partitionKey === keys[0] && sortKey === keys[1])
    return [approve('table', `${name} has the keys pk and sk.`)];
  const what = `Table ${name} has the keys ${[partitionKey, sortKey].filter(Boolean).join(', ')}, and the store needs ${keys.join(', ')}.`;
  return [
    refuse('table', what, 'Create a table with the partition key pk and the sort key sk, both strings.'),
  ];
}

function checkIndex({ name, jobIndex }: TableFacts): Finding[] {
  if (jobIndex === undefined) {
    const what = `Table ${name} has no index byJob: baton list reads the whole table.`;
    return [
      warn(
        'table',
        what,
        'Add a global secondary index byJob with the keys job (string) and startedAtMs (number).',
      ),
    ];
  }
  if (jobIndex.join() === indexKeys.join()) return [approve('table', 'It has the index byJob.')];
  const what = `Index byJob of table ${name} has the keys ${jobIndex.join(', ')}, and ${indexKeys.join(', ')} are asked for.`;
  return [
    refuse(
      'table',
      what,
      'Delete the index, and add it with the keys job (string) and startedAtMs (number).',
    ),
  ];
}

function checkExpiry({ name }: TableFacts, attribute: string | undefined): Finding[] {
  if (attribute === expiryAttribute) return [approve('table', `Its items expire by ${expiryAttribute}.`)];
  const what = `Table ${name} ${attribute === undefined ? 'keeps its items for ever' : `expires its items by ${attribute}`}, and ends of executions stay and are paid for.`;
  return [warn('table', what, `Turn time to live on, for the attribute ${expiryAttribute}.`)];
}

function checkBucket(
  bucket: BucketFacts | 'missing' | undefined,
  jobs: readonly JobFacts[],
): readonly Finding[] {
  if (bucket === undefined) return [];
  if (bucket === 'missing') {
    return [
      refuse(
        'bucket',
        'BATON_BUCKET names a bucket that is not there.',
        'Correct BATON_BUCKET, or create the bucket.',
      ),
    ];
  }
  return checkKnown(bucket.expiresAfterDays, (days) =>
    checkLifecycle(bucket.name, days, countMostDays(jobs)),
  );
}

/** For the job that lasts longest. */
function countMostDays(jobs: readonly JobFacts[]): number | undefined {
  const maxDurationMs = Math.max(...jobs.map(({ limits }) => limits.maxDurationMs));
  return jobs.length === 0 ? undefined : countKeptDays({ maxDurationMs });
}

/** A record that is written until the end may name a state of the beginning. */
function checkLifecycle(name: string, days: number | undefined, leastDays: number | undefined): Finding[] {
  if (days === undefined) {
    const what = `Bucket ${name} keeps its objects for ever: it has no lifecycle rule.`;
    return [
      warn(
        'bucket',
        what,
        `Let objects expire ${leastDays ?? 'twice maxDurationMs and 60'} days after they were written.`,
      ),
    ];
  }
  if (leastDays === undefined || days >= leastDays)
    return [approve('bucket', `${name} has a lifecycle rule.`)];
  const what = `Bucket ${name} deletes objects ${days} days after they were written, and a record may name one for ${leastDays} days.`;
  return [
    refuse(
      'bucket',
      what,
      `Let objects expire ${leastDays} days after they were written: twice maxDurationMs, and 60 days.`,
    ),
  ];
}
