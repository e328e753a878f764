import fc from 'fast-check';
import {
  FuseBlownError,
  HandOffFailedError,
  InvalidDirectiveError,
  RetryableError,
  StepTimeoutError,
  TerminalError,
  UnserializableStateError,
} from '../../../../../src/errors';
import {
  computeDelayMs,
  decideRetry,
  defaultRetryPolicy,
  type RetryPolicy,
} from '../../../../../src/runtime/core/execution/retry-policy';

const policy: RetryPolicy = Object.freeze({
  maxAttempts: 3,
  initialDelayMs: 1_000,
  backoffFactor: 2,
  maxDelayMs: 60_000,
});
const half = () => 0.5;
const refused = { isRetried: false };
const problem = 'It went wrong.';

/** What an error of another copy of the package looks like from here: no class in common, only the brand. */
function foreign(parts: object): Error {
  return Object.assign(new Error('of another copy'), {
    [Symbol.for('lambda-baton.error')]: true,
    details: {},
    ...parts,
  });
}

describe('decideRetry', () => {
  it.each<[string, unknown]>([
    ['an error', new Error('boom')],
    ['a text', 'boom'],
    ['null', null],
    ['undefined', undefined],
    ['a revoked Proxy', makeRevoked()],
    ['a StepTimeoutError', new StepTimeoutError({ problem })],
    ['a HandOffFailedError', new HandOffFailedError({ problem })],
    ['an error of someone else that says retryable: false', Object.assign(new Error(), { retryable: false })],
  ])('decideRetry retries %s until the attempts of the policy are used up', (_what, error) => {
    expect([1, 2, 3, 4].map((attempt) => decideRetry(policy, attempt, error, half))).toEqual([
      { isRetried: true, delayMs: 500 },
      { isRetried: true, delayMs: 1_000 },
      refused,
      refused,
    ]);
  });

  it.each<[string, unknown]>([
    ['TerminalError', new TerminalError('closed')],
    ['UnserializableStateError', new UnserializableStateError({ problem })],
    ['InvalidDirectiveError', new InvalidDirectiveError({ problem })],
    ['FuseBlownError', new FuseBlownError({ problem })],
    [
      'an error of another copy of the package that is not retryable',
      foreign({ code: 'TERMINAL', retryable: false }),
    ],
  ])('decideRetry never retries %s, whatever the policy', (_what, error) => {
    expect(decideRetry({ ...policy, maxAttempts: 100 }, 1, error, half)).toEqual(refused);
  });

  it('decideRetry checks by the error itself, not by its cause', () => {
    expect(decideRetry(policy, 1, new Error('a', { cause: new TerminalError('closed') }), half)).toEqual({
      isRetried: true,
      delayMs: 500,
    });
  });

  it.each([0, 0.5, 1_234, 3_600_000])(
    'decideRetry waits the %d ms that a RetryableError asks for, also beyond maxDelayMs',
    (retryAfterMs) => {
      expect(decideRetry(policy, 1, new RetryableError({ retryAfterMs }), half)).toEqual({
        isRetried: true,
        delayMs: retryAfterMs,
      });
    },
  );

  it('decideRetry waits what a RetryableError of another copy of the package asks for', () => {
    const error = foreign({ code: 'RETRYABLE', retryable: true, details: { retryAfterMs: 7 } });
    expect(decideRetry(policy, 1, error, half)).toEqual({ isRetried: true, delayMs: 7 });
  });

  it('decideRetry keeps to the policy for a retryable error of another kind, whatever its details are called', () => {
    const error = foreign({ code: 'STEP_TIMEOUT', retryable: true, details: { retryAfterMs: 7 } });
    expect(decideRetry(policy, 1, error, half)).toEqual({ isRetried: true, delayMs: 500 });
  });

  it.each<[string, unknown]>([
    ['missing', undefined],
    ['NaN', Number.NaN],
    ['negative', -1],
    ['infinite', Number.POSITIVE_INFINITY],
    ['a text', '7'],
  ])('decideRetry keeps to the policy when that delay is %s', (_what, retryAfterMs) => {
    const error = foreign({ code: 'RETRYABLE', retryable: true, details: { retryAfterMs } });
    expect(decideRetry(policy, 1, error, half)).toEqual({ isRetried: true, delayMs: 500 });
  });

  it('decideRetry keeps to the policy when an error of another copy has no details at all', () => {
    expect(
      decideRetry(policy, 1, foreign({ code: 'RETRYABLE', retryable: true, details: undefined }), half),
    ).toEqual({
      isRetried: true,
      delayMs: 500,
    });
  });

  it('decideRetry counts the attempt of a RetryableError too', () => {
    expect(decideRetry(policy, 3, new RetryableError({ retryAfterMs: 1 }), half)).toEqual(refused);
  });

  it('decideRetry tries once with maxAttempts 1', () => {
    expect(decideRetry({ ...policy, maxAttempts: 1 }, 1, new Error('boom'), half)).toEqual(refused);
  });
});

describe('computeDelayMs', () => {
  it.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [6, 32_000],
    [7, 60_000],
    [5_000, 60_000],
  ])('computeDelayMs is bounded after failure %i by %i ms', (failedAttempts, boundMs) => {
    expect(computeDelayMs(policy, failedAttempts, 1 - Number.EPSILON / 2)).toBe(boundMs - 1);
    expect(computeDelayMs(policy, failedAttempts, 0.5)).toBe(boundMs / 2);
    expect(computeDelayMs(policy, failedAttempts, 0)).toBe(0);
  });

  it('computeDelayMs grows not at all with backoffFactor 1', () => {
    expect([1, 2, 9].map((failed) => computeDelayMs({ ...policy, backoffFactor: 1 }, failed, 0.5))).toEqual([
      500, 500, 500,
    ]);
  });

  it('computeDelayMs is 0 for ever when the policy waits for nothing, however large the factor has become', () => {
    expect(
      [1, 2, 1_025, 1e6].map((failed) => computeDelayMs({ ...policy, initialDelayMs: 0 }, failed, 0.5)),
    ).toEqual([0, 0, 0, 0]);
  });

  it('computeDelayMs is a whole number of milliseconds between 0 and its bound, for every policy that can be declared', () => {
    const policies = fc.record({
      maxAttempts: fc.integer({ min: 1, max: 1e9 }),
      initialDelayMs: fc.nat(1e9),
      backoffFactor: fc.double({ min: 1, max: 1e12, noNaN: true }),
      maxDelayMs: fc.nat(1e9),
    });
    const chances = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 1e6 }), chances, (some, failedAttempts, random) => {
        const delayMs = computeDelayMs(some, failedAttempts, random);
        expect(Number.isSafeInteger(delayMs)).toBe(true);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(some.maxDelayMs);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('defaultRetryPolicy', () => {
  it('defaultRetryPolicy is what the design says, and nobody can change it', () => {
    expect(defaultRetryPolicy).toEqual({
      maxAttempts: 3,
      initialDelayMs: 1_000,
      backoffFactor: 2,
      maxDelayMs: 60_000,
    });
    expect(Object.isFrozen(defaultRetryPolicy)).toBe(true);
  });
});

function makeRevoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
