import { inspect } from 'node:util';
import { BlindStore } from '../blind-store';
import keptSeeds from '../kept-among-seeds.json';
import type { RunResult } from '../run-seed';
import { predictAmong } from './predict';
import { drawAmong } from './program';
import { runAmong } from './run-among';

jest.setTimeout(3_600_000);

const everyDay = listSeeds(1, 40);
/** More of them at the wish of `npm run test:random -- --among`. */
const asked = listSeeds(
  Number(process.env.BATON_RANDOM_FIRST ?? 1),
  Number(process.env.BATON_RANDOM_SEEDS ?? 12),
);

function listSeeds(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

async function findFaults(seeds: readonly number[]): Promise<string> {
  const found: string[] = [];
  for (const seed of seeds)
    for (const { mode, faults } of await runAmong(seed))
      if (faults.length > 0)
        found.push(`seed ${seed}, ${mode}\n${faults.join('\n')}\n${inspect(drawAmong(seed), { depth: 9 })}`);
  return found.slice(0, 10).join('\n\n');
}

describe('a random program among others', () => {
  it('A random program among others ends as the model predicts: undisturbed, and under faults', async () => {
    expect(await findFaults(asked)).toBe('');
  });

  it('A random program among others ends as the model predicts for every seed that once did not', async () => {
    expect(await findFaults(keptSeeds)).toBe('');
  });

  it('A random program among others is not as predicted when the store ignores the revision it is given', async () => {
    const broken: RunResult[] = [];
    for (const seed of everyDay.slice(0, 8)) broken.push(...(await runAmong(seed, () => new BlindStore())));
    expect(broken.filter(({ faults }) => faults.length > 0).length).toBeGreaterThan(0);
  });
});

describe('the throttles of every day', () => {
  it('Throttles refuse calls in most of the runs that have some', async () => {
    const counts: number[] = [];
    for (const seed of everyDay.slice(0, 8))
      for (const { mode, refusedCount } of await runAmong(seed))
        if (mode.includes('throttles')) counts.push(refusedCount);
    expect(counts).toHaveLength(16);
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(8);
  });
});

describe('the programs among others of every day', () => {
  const programs = everyDay.map(drawAmong);

  it('The programs among others of every day have every kind of step, child and end', () => {
    const steps = programs.flatMap((program) => program.steps);
    const kinds = (all: readonly { readonly kind: string }[]) =>
      [...new Set(all.map(({ kind }) => kind))].sort();
    expect(kinds(steps)).toEqual(['children', 'signal', 'timeout', 'wait', 'work']);
    const children = steps.flatMap((step) => (step.kind === 'children' ? step.items : []));
    expect(kinds(children)).toEqual(['deaf', 'double', 'fail', 'nest', 'revoke', 'undo', 'wait']);
    expect(new Set(programs.map(({ slots }) => slots))).toEqual(new Set([undefined, 1, 2, 3]));
    const outcomes = programs.map((program) => predictAmong(program).outcome);
    for (const outcome of ['cancelled', 'completed', 'failed'])
      expect(outcomes.filter((one) => one === outcome).length).toBeGreaterThan(3);
  });
});
