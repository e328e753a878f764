import { join } from 'node:path';
import { prepare as prepareLogs } from '../story.mjs';

/** The same logs, loaded by children: packed files whole, the others in ranges. `scale` 1 is 40,000 lines in some 30 ranges. */
export async function prepare({ scale }) {
  const job = join(import.meta.dirname, 'job.ts');
  const prepared = await prepareLogs({ scale, job, event: { rangeBytes: Math.round(120_000 * scale) } });
  const check = ({ results }) => {
    const [totals] = [...results.values()].filter(({ ranges }) => ranges !== undefined);
    const lineCount = (totals?.rows ?? 0) + (totals?.rejects ?? 0);
    return lineCount === prepared.itemCount ? [] : [`the parent counts ${lineCount} lines`];
  };
  return {
    ...prepared,
    findDifferences: async (seen) => [...(await prepared.findDifferences(seen)), ...check(seen)],
  };
}
