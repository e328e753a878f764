import type { DoctorFacts, KeyFacts } from '../facts';
import { unwrap } from '../reading';

const useOfData = ['kms:Decrypt', 'kms:GenerateDataKey'];
const useOfVariables = ['kms:Decrypt'];

/**
 * Lists the customer keys of what a function reads and writes. The keys of AWS itself need no permission.
 *
 * @param mayUse - whether the function's policies allow actions on a key; undefined where they are not read
 */
export function listKeys(
  { fn, queue, table, bucket }: Pick<DoctorFacts, 'bucket' | 'fn' | 'queue' | 'table'>,
  mayUse: (key: string, actions: readonly string[]) => boolean | undefined,
): KeyFacts[] {
  const [ofFunction, ofQueue, ofTable, ofBucket] = [unwrap(fn), unwrap(queue), unwrap(table), unwrap(bucket)];
  const describe = (subject: string, key: string | undefined, actions: readonly string[]): KeyFacts[] =>
    key === undefined || key.includes('alias/aws/')
      ? []
      : [{ subject, key, actions, isAllowed: mayUse(key, actions) }];
  const isThere = <Facts extends object>(facts: Facts | 'missing' | undefined): facts is Facts =>
    typeof facts === 'object';
  return [
    ...(ofFunction ? describe('The environment of the function', ofFunction.key, useOfVariables) : []),
    ...(isThere(ofQueue) ? describe(`Queue ${ofQueue.name}`, ofQueue.key, useOfData) : []),
    ...(isThere(ofTable) ? describe(`Table ${ofTable.name}`, ofTable.key, useOfData) : []),
    ...(isThere(ofBucket) ? describe(`Bucket ${ofBucket.name}`, unwrap(ofBucket.key), useOfData) : []),
  ];
}
