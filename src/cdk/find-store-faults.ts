import type { JobFault } from '../errors/definition-errors';
import type { LongRunningFunctionProps } from './long-running-function-props';

/** Finds what is said of a table that it cannot be true of: nothing of it is ignored in silence. */
export function findStoreFaults({ store }: Pick<LongRunningFunctionProps, 'store'>): JobFault[] {
  if (store === undefined || store === false) return [];
  const { table, hasIndex, pointInTimeRecovery } = store;
  const isOwn = table !== undefined && table !== false;
  const faults: JobFault[] = [];
  if (pointInTimeRecovery === true && table !== undefined)
    faults.push({
      problem: 'store.pointInTimeRecovery is set, and no table is made.',
      fix: isOwn
        ? 'Leave it out, and set it where the table is made.'
        : 'Leave it out, or leave table: false out.',
    });
  if (hasIndex !== undefined && !isOwn)
    faults.push({
      problem: "store.hasIndex is set, and there is no table of one's own: a new one has the index.",
      fix: 'Leave it out, or pass the table.',
    });
  return faults;
}
