import type { JobFault } from '../errors';
import type { Ancestor } from './lineage';

/** Finds what is wrong with the decorators on the class itself, as opposed to their options. */
export function findClassFault(lineage: readonly Ancestor[]): JobFault | undefined {
  const job = lineage.at(-1) as Ancestor;
  const own = job.onClass.filter(({ decorator }) => decorator === 'LongRunning');
  if (own.length > 1)
    return { problem: `${job.label} carries @LongRunning ${own.length} times.`, fix: 'Keep one.' };
  if (own.some(({ misuse }) => misuse === 'no-parentheses')) {
    return {
      problem: `@LongRunning on ${job.label} has no parentheses.`,
      fix: 'Write @LongRunning({ safeMs: 60_000, intervalMs: 5_000 }).',
    };
  }
  if (own.length === 1) return undefined;
  const base = lineage.findLast(({ onClass }) =>
    onClass.some(({ decorator }) => decorator === 'LongRunning'),
  );
  if (base === undefined) {
    return {
      problem: `${job.label} has no @LongRunning.`,
      fix: 'Write @LongRunning({ safeMs: 60_000, intervalMs: 5_000 }) above the class.',
    };
  }
  return {
    problem: `${job.label} extends the job ${base.name}, but has no @LongRunning of its own: options are not inherited.`,
    fix: `Write @LongRunning({ … }) above ${job.label}, as the first of its decorators.`,
  };
}
