import { isDeepStrictEqual } from 'node:util';
import { describeCollision, type EffectRecord } from './effect-ledger';
import type { DeviationKind } from './exploration';
import type { ExploreOptions } from './explore-options';
import type { JobRun } from './job-run';
import { show } from './show';

/** One thing in which a run is not like the undisturbed one. */
export interface Difference {
  readonly kind: DeviationKind;
  readonly text: string;
}

/**
 * Compares a disturbed run with the undisturbed one. An effect may happen again under the same key, and under no other; another effect
 * must not happen under it.
 */
export function findDifferences(
  baseline: JobRun,
  run: JobRun,
  compare: ExploreOptions['compare'],
): readonly Difference[] {
  const differences: Difference[] = [];
  const expectSame = (kind: DeviationKind, expected: unknown, received: unknown) => {
    if (!isDeepStrictEqual(expected, received))
      differences.push({ kind, text: `${kind} ${show(received)}, not ${show(expected)}` });
  };
  if (compare === undefined) {
    expectSame('outcome', baseline.outcome, run.outcome);
    expectSame('result', baseline.result, run.result);
    expectSame('state', baseline.state, run.state);
  } else expectSame('result', compare(baseline), compare(run));
  if (run.endingCount > Math.max(1, baseline.endingCount))
    differences.push({ kind: 'endings', text: `${run.endingCount} endings` });
  return [
    ...differences,
    ...compareEffects(baseline.effects, run.effects),
    ...compareCollisions(baseline, run),
  ];
}

/** What a run says of its keys that the undisturbed one did not say already. */
function compareCollisions(baseline: JobRun, run: JobRun): Difference[] {
  const known = new Set(baseline.keyCollisions.map(describeCollision));
  const found = run.keyCollisions.map(describeCollision).filter((text) => !known.has(text));
  return found.map((text) => ({ kind: 'keys', text }));
}

function compareEffects(expected: readonly EffectRecord[], received: readonly EffectRecord[]): Difference[] {
  const [before, after] = [countKeys(expected), countKeys(received)];
  const differences: Difference[] = [];
  for (const what of new Set([...before.keys(), ...after.keys()])) {
    const [wanted, found] = [before.get(what)?.size ?? 0, after.get(what)?.size ?? 0];
    if (found === wanted) continue;
    const text =
      found > wanted && wanted > 0
        ? `${what} happened under ${found} keys, not ${wanted}`
        : `${what} ${found > 0 ? 'happened' : 'is missing'}`;
    differences.push({ kind: 'effects', text });
  }
  return differences;
}

function countKeys(effects: readonly EffectRecord[]): Map<string, Set<string>> {
  const keys = new Map<string, Set<string>>();
  for (const { what, key } of effects) keys.set(what, (keys.get(what) ?? new Set()).add(key));
  return keys;
}
