import { describeCollision } from './effect-ledger';
import { Exploration, listErrorCodes, show } from './exploration';
import { JobRun } from './job-run';
import { TestKitError } from './test-kit-error';

/** What a matcher answers to Jest and Vitest. */
export interface BatonMatcherResult {
  /** Whether it is as expected. */
  readonly pass: boolean;
  /** What to say when that is not what was wanted. */
  message(): string;
}

/**
 * Matchers for {@link JobRun}, for Jest and Vitest alike: `expect.extend(batonMatchers)`.
 *
 * @example
 * expect(run).toComplete();
 * expect(run).toFailWith('STEP_TIMEOUT');
 * expect(run).toFinishInInvocations(2);
 * expect(run).toHaveHandedOffVia('sqs');
 */
export const batonMatchers = {
  /** The execution has completed, with this result when one is given. */
  toComplete(received: unknown, ...expected: [result?: unknown]): BatonMatcherResult {
    const run = readRun(received, 'toComplete');
    if (expected.length === 0 || run.outcome !== 'completed')
      return answer(run, run.outcome === 'completed', 'complete');
    const isSame = this.equals?.(run.result, expected[0]) ?? show(run.result) === show(expected[0]);
    return answer(
      run,
      isSame,
      `complete with ${show(expected[0])}, and it completed with ${show(run.result)}`,
    );
  },

  /** The execution has failed, and this is the `code` or `name` of the error or of one of its causes. */
  toFailWith(received: unknown, code: string): BatonMatcherResult {
    const run = readRun(received, 'toFailWith');
    const codes = listErrorCodes(run.error);
    return answer(
      run,
      run.outcome === 'failed' && codes.includes(code),
      `fail with ${code}${describeCodes(codes)}`,
    );
  },

  /** It took this many calls of the handler, whatever became of them. */
  toFinishInInvocations(received: unknown, count: number): BatonMatcherResult {
    const run = readRun(received, 'toFinishInInvocations');
    const isOver = run.outcome !== 'unfinished' && run.outcome !== 'lost';
    return answer(
      run,
      isOver && run.invocations.length === count,
      `finish in ${count} invocations, and it took ${run.invocations.length}`,
    );
  },

  /** At least one continuation went by this channel. */
  toHaveHandedOffVia(received: unknown, channel: string): BatonMatcherResult {
    const run = readRun(received, 'toHaveHandedOffVia');
    const channels = [...new Set(run.continuations.map((continuation) => continuation.channel))];
    const via = channels.length === 0 ? 'never handed over' : `handed over by ${channels.join(' and ')}`;
    return answer(run, channels.includes(channel), `hand over by ${channel}, and it ${via}`);
  },

  /**
   * No disturbed run of an exploration ended otherwise than the undisturbed one, and no two different effects had one key. Of a single run:
   * no two different effects had one key, and none that was repeated had two.
   */
  toHoldItsPromise(received: unknown): BatonMatcherResult {
    if (received instanceof JobRun) return answerByEffects(received);
    if (!(received instanceof Exploration)) {
      throw otherError(
        'toHoldItsPromise',
        'an Exploration or a JobRun: what env.explore() or env.run() resolves to.',
      );
    }
    const pass = received.deviations.length === 0;
    return { pass, message: () => String(received) };
  },
} as const satisfies Record<string, Matcher>;

function answerByEffects(run: JobRun): BatonMatcherResult {
  const unmerged = run.repeatedEffects.filter(({ isMergedByKey }) => !isMergedByKey);
  const faults = [
    ...run.keyCollisions.map(describeCollision),
    ...unmerged.map(({ what, keys }) => `${what} happened under ${keys.length} keys`),
  ];
  return answer(run, faults.length === 0, `give each effect one key of its own: ${faults.join('; ')}`);
}

/** Jest and Vitest call a matcher with their comparison in `this`. */
type Matcher = (this: MatcherThis, received: unknown, ...expected: never[]) => BatonMatcherResult;

interface MatcherThis {
  equals?(one: unknown, other: unknown): boolean;
}

function answer(run: JobRun, pass: boolean, what: string): BatonMatcherResult {
  return {
    pass,
    message: () =>
      `Expected the execution ${pass ? 'not ' : ''}to ${what}.\n\n${describeError(run)}${String(run)}`,
  };
}

function describeError({ error }: JobRun): string {
  return error === undefined ? '' : `${error instanceof Error ? error.message : show(error)}\n\n`;
}

function describeCodes(codes: readonly string[]): string {
  return codes.length === 0 ? '' : `, and its errors are ${codes.join(', ')}`;
}

function readRun(received: unknown, matcher: string): JobRun {
  if (received instanceof JobRun) return received;
  throw otherError(matcher, 'a JobRun: what env.run() resolves to. Is an await missing?');
}

function otherError(matcher: string, wanted: string): TestKitError {
  return new TestKitError({
    problem: `${matcher} was given something else than a run.`,
    fix: `Give it ${wanted}`,
  });
}

/** Types of the matchers, where Jest's global types and Vitest's both look: neither is imported. */
declare global {
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: has to be declared exactly as Jest and Vitest declare it
    interface Matchers<R, T = {}> {
      /** The execution has completed, with this result when one is given. */
      toComplete(result?: unknown): R;
      /** The execution has failed, and this is the `code` or `name` of the error or of one of its causes. */
      toFailWith(code: string): R;
      /** It took this many calls of the handler. */
      toFinishInInvocations(count: number): R;
      /** At least one continuation went by this channel. */
      toHaveHandedOffVia(channel: string): R;
      /** No disturbed run of an exploration ended otherwise than the undisturbed one, and each effect had one key of its own; so of a run. */
      toHoldItsPromise(): R;
    }
  }
}
