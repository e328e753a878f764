import { stringify } from 'devalue';
import type { JobRun } from '../../src/testing';
import type { Prediction } from './predict';

/** What is held against a prediction: a run, and what the store says it ended with. */
export interface Ended {
  readonly run: JobRun;
  readonly result: unknown;
  /** Whether every interruption costs one unit of work at most; without a store it costs what its invocation had done. */
  readonly isKept: boolean;
}

/** Says in what a run is not as predicted; nothing when all is well. */
export function decideOutcome(prediction: Prediction, { run, result, isKept }: Ended): readonly string[] {
  const faults: string[] = [];
  const expectSame = (what: string, expected: unknown, received: unknown) => {
    if (expected !== received) faults.push(`${what} ${received}, not ${expected}`);
  };
  expectSame('outcome', prediction.outcome, run.outcome);
  expectSame('result', prediction.result, result);
  expectSame('error', prediction.error, readCause(run.error));
  expectSame('state', stringify(prediction.state), stringify(run.state));
  if (run.endingCount > 1) faults.push(`${run.endingCount} endings`);
  return [...faults, ...checkEffects(prediction, run, isKept)];
}

/** The cause is what was thrown, or what was recorded of it. */
function readCause(error: unknown): unknown {
  return (error as { cause?: { message?: unknown } } | undefined)?.cause?.message;
}

/**
 * Nothing is missing, nothing happens under another key, and an interruption costs at most one unit of work, done once more:
 * with its failed attempts, which are not stored.
 */
function checkEffects({ effects }: Prediction, run: JobRun, isKept: boolean): string[] {
  const received = countEffects(run);
  const faults: string[] = [];
  let repeatedUnits = 0;
  for (const [safePoints, expected] of effects.entries()) {
    const found = received.get(`${run.executionId}#${safePoints}`) ?? new Map<string, number>();
    received.delete(`${run.executionId}#${safePoints}`);
    let extra = 0;
    for (const what of new Set([...expected.keys(), ...found.keys()])) {
      const [wanted, counted] = [expected.get(what) ?? 0, found.get(what) ?? 0];
      if (counted < wanted || wanted === 0)
        faults.push(`${what} at ${safePoints} happened ${counted} times, not ${wanted}`);
      extra = Math.max(extra, Math.ceil((counted - wanted) / Math.max(1, wanted)));
    }
    repeatedUnits += extra;
  }
  for (const [key, found] of received) faults.push(`${[...found.keys()].join()} happened under ${key}`);
  const interruptions = countInterruptions(run);
  if (isKept && repeatedUnits > interruptions)
    faults.push(`${repeatedUnits} units were repeated after ${interruptions} interruptions`);
  if (interruptions === 0 && repeatedUnits > 0)
    faults.push(`${repeatedUnits} units were repeated without an interruption`);
  return faults;
}

function countEffects(run: JobRun): Map<string, Map<string, number>> {
  const counts = new Map<string, Map<string, number>>();
  for (const { key, what } of run.effects) {
    const unit = counts.get(key) ?? new Map<string, number>();
    counts.set(key, unit.set(what, (unit.get(what) ?? 0) + 1));
  }
  return counts;
}

const interruptedEnds: ReadonlySet<string> = new Set(['crashed', 'superseded', 'threw', 'timed-out']);

/** Deaths, take-overs, and steps that were abandoned at the hard edge. */
export function countInterruptions({ invocations }: JobRun): number {
  return invocations.filter(({ end, reason }) => interruptedEnds.has(end) || reason === 'interrupted').length;
}
