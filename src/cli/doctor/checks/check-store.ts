import { readSettings } from '../../../runtime/read-settings';
import type { BucketFacts, DoctorFacts, TableFacts } from '../facts';
import { approve, type Finding, refuse, warn } from '../finding';
import { judgeKnown } from '../reading';

const keys = ['pk S', 'sk S'] as const;
const indexKeys = ['job S', 'startedAtMs N'];
const expiryAttribute = 'expiresAt';

/** Judges where executions are kept. */
export function checkStore(facts: DoctorFacts): readonly Finding[] {
  return [...judgeKnown(facts.table, judgeTable), ...judgeKnown(facts.bucket, judgeBucket), ...judgeSweep(facts)];
}

/** A note and no warning: Lambda's own retries come first, and what they give up is in the failure queue. */
function judgeSweep({ isSwept, environment }: DoctorFacts): readonly Finding[] {
  return judgeKnown(environment, (variables) => {
    if (isSwept === undefined || readSettings(variables).settings.store === undefined) return [];
    if (isSwept) return [approve('store', 'Its executions are swept on a schedule.')];
    const note = approve('store', 'Nothing sweeps its executions: one that nobody comes for any more waits for baton sweep.');
    return [{ ...note, cure: 'To have it done on a schedule, set sweep: true on LongRunningFunction.' }];
  });
}

function judgeTable(table: TableFacts | 'missing' | undefined): readonly Finding[] {
  if (table === undefined) return [];
  if (table === 'missing') {
    return [refuse('table', 'BATON_TABLE names a table that is not there.', 'Correct BATON_TABLE, or create the table in this Region.')];
  }
  return [...judgeKeys(table), ...judgeIndex(table), ...judgeKnown(table.expiresBy, (attribute) => judgeExpiry(table, attribute))];
}

function judgeKeys({ name, partitionKey, sortKey }: TableFacts): Finding[] {
  if (partitionKey === keys[0] && sortKey === keys[1]) return [approve('table', `${name} has the keys pk and sk.`)];
  const what = `Table ${name} has the keys ${[partitionKey, sortKey].filter(Boolean).join(', ')}, and the store needs ${keys.join(', ')}.`;
  return [refuse('table', what, 'Create a table with the partition key pk and the sort key sk, both strings.')];
}

function judgeIndex({ name, jobIndex }: TableFacts): Finding[] {
  if (jobIndex === undefined) {
    const what = `Table ${name} has no index byJob: baton list reads the whole table.`;
    return [warn('table', what, 'Add a global secondary index byJob with the keys job (string) and startedAtMs (number).')];
  }
  if (jobIndex.join() === indexKeys.join()) return [approve('table', 'It has the index byJob.')];
  const what = `Index byJob of table ${name} has the keys ${jobIndex.join(', ')}, and ${indexKeys.join(', ')} are asked for.`;
  return [refuse('table', what, 'Delete the index, and add it with the keys job (string) and startedAtMs (number).')];
}

function judgeExpiry({ name }: TableFacts, attribute: string | undefined): Finding[] {
  if (attribute === expiryAttribute) return [approve('table', `Its items expire by ${expiryAttribute}.`)];
  const what = `Table ${name} ${attribute === undefined ? 'keeps its items for ever' : `expires its items by ${attribute}`}, and ends of executions stay and are paid for.`;
  return [warn('table', what, `Turn time to live on, for the attribute ${expiryAttribute}.`)];
}

function judgeBucket(bucket: BucketFacts | 'missing' | undefined): readonly Finding[] {
  if (bucket === undefined) return [];
  if (bucket === 'missing') {
    return [refuse('bucket', 'BATON_BUCKET names a bucket that is not there.', 'Correct BATON_BUCKET, or create the bucket.')];
  }
  return judgeKnown(bucket.expires, (expires) => {
    if (expires) return [approve('bucket', `${bucket.name} has a lifecycle rule.`)];
    const what = `Bucket ${bucket.name} keeps its objects for ever: it has no lifecycle rule.`;
    return [warn('bucket', what, 'Let objects expire some weeks after the longest execution.')];
  });
}
