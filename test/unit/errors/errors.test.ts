import { runInNewContext } from 'node:vm';
import * as errors from '../../../src/errors';
import { BatonError, InvalidJobError, RetryableError, TerminalError } from '../../../src/errors';

const problem = 'Step read of job Reconcile went wrong.';
const fix = 'Fix it.';
const parts = { problem, fix };

/** Every error class that is made from parts, with its code and whether trying again may help. */
const made: [string, string, boolean, BatonError][] = [
  ['CheckpointFailedError', 'CHECKPOINT_FAILED', true, new errors.CheckpointFailedError(parts)],
  ['CheckpointStoreError', 'CHECKPOINT_STORE', true, new errors.CheckpointStoreError(parts)],
  ['ChildrenFailedError', 'CHILDREN_FAILED', false, new errors.ChildrenFailedError(parts)],
  ['CorruptContinuationError', 'CORRUPT_CONTINUATION', false, new errors.CorruptContinuationError(parts)],
  ['ExecutionConflictError', 'EXECUTION_CONFLICT', false, new errors.ExecutionConflictError(parts)],
  ['ExecutionFailedError', 'EXECUTION_FAILED', false, new errors.ExecutionFailedError(parts)],
  ['FuseBlownError', 'FUSE_BLOWN', false, new errors.FuseBlownError(parts)],
  ['HandOffFailedError', 'HAND_OFF_FAILED', true, new errors.HandOffFailedError(parts)],
  ['IncompatibleStateError', 'INCOMPATIBLE_STATE', false, new errors.IncompatibleStateError(parts)],
  ['InvalidDirectiveError', 'INVALID_DIRECTIVE', false, new errors.InvalidDirectiveError(parts)],
  ['InvalidInputError', 'INVALID_INPUT', false, new errors.InvalidInputError(parts)],
  ['InvalidJobError', 'INVALID_JOB', false, new InvalidJobError('Reconcile', [{ problem, fix }])],
  ['InvalidKeyError', 'INVALID_KEY', false, new errors.InvalidKeyError({ problem, fix })],
  ['InvokeFailedError', 'INVOKE_FAILED', true, new errors.InvokeFailedError(parts)],
  ['JobStoppedError', 'JOB_STOPPED', true, new errors.JobStoppedError(parts)],
  [
    'MissingPackageError',
    'MISSING_PACKAGE',
    false,
    new errors.MissingPackageError('@aws-sdk/client-s3', undefined),
  ],
  ['RedriveRefusedError', 'REDRIVE_REFUSED', false, new errors.RedriveRefusedError(parts)],
  ['RetryableError', 'RETRYABLE', true, new RetryableError({ retryAfterMs: 5 })],
  ['SignalRefusedError', 'SIGNAL_REFUSED', true, new errors.SignalRefusedError(parts)],
  ['SlotRefusedError', 'SLOT_REFUSED', false, new errors.SlotRefusedError(parts)],
  ['StateTooLargeError', 'STATE_TOO_LARGE', false, new errors.StateTooLargeError(parts)],
  ['StepInterruptedError', 'STEP_INTERRUPTED', false, new errors.StepInterruptedError(parts)],
  ['StepTimeoutError', 'STEP_TIMEOUT', true, new errors.StepTimeoutError(parts)],
  ['TerminalError', 'TERMINAL', false, new TerminalError(problem)],
  ['UnknownExecutionError', 'UNKNOWN_EXECUTION', true, new errors.UnknownExecutionError(parts)],
  ['UnserializableStateError', 'UNSERIALIZABLE_STATE', false, new errors.UnserializableStateError(parts)],
];

describe('errors', () => {
  it('Errors are all in this table', () => {
    const classes = Object.keys(errors).filter((name) => name !== 'BatonError');
    expect(made.map(([name]) => name).sort()).toEqual(classes.sort());
  });

  it.each(made)(
    '%s has the code %s, retryable %s, its own name, and is an Error',
    (name, code, retryable, error) => {
      expect({ name: error.name, code: error.code, retryable: error.retryable }).toEqual({
        name,
        code,
        retryable,
      });
      expect(error).toBeInstanceOf(BatonError);
      expect(error).toBeInstanceOf(Error);
      expect(BatonError.is(error)).toBe(true);
      expect(error.stack).toContain('errors.test.ts');
    },
  );

  it.each(made)('%s has details that nobody can change', (_name, _code, _retryable, error) => {
    expect(Object.isFrozen(error.details)).toBe(true);
  });
});

describe('BatonError', () => {
  it('BatonError says where and what, then, on a line of its own behind an arrow, one thing to do', () => {
    expect(new errors.StepTimeoutError(parts).message).toBe(`${problem}\n→ ${fix}`);
  });

  it('BatonError has no arrow without a fix', () => {
    expect(new errors.StepTimeoutError({ problem }).message).toBe(problem);
  });

  it('BatonError copies its details, so that changing what they were made of changes nothing', () => {
    const details = { step: 'read', timeoutMs: 5, attempt: 1 };
    const error = new errors.StepTimeoutError({ problem, details });
    details.attempt = 2;
    expect(error.details).toEqual({ step: 'read', timeoutMs: 5, attempt: 1 });
  });

  it('BatonError has empty details when there are no facts', () => {
    expect(new errors.StepTimeoutError({ problem }).details).toEqual({});
  });

  it.each<[string, unknown]>([
    ['an error', new Error('boom')],
    ['a text', 'boom'],
    ['null', null],
  ])('BatonError keeps %s as its cause', (_what, cause) => {
    expect(new errors.StepTimeoutError({ problem, cause })).toMatchObject({ cause });
  });

  it('BatonError has no cause of its own when nothing was caught', () => {
    expect(Object.hasOwn(new errors.StepTimeoutError({ problem, cause: undefined }), 'cause')).toBe(false);
  });

  it('BatonError shows code, details and retryable, but not its brand, when it is printed or written as JSON', () => {
    const error = new errors.StepTimeoutError({
      problem,
      details: { step: 'read', timeoutMs: 5, attempt: 1 },
    });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code: 'STEP_TIMEOUT',
      details: { step: 'read', timeoutMs: 5, attempt: 1 },
      name: 'StepTimeoutError',
      retryable: true,
    });
  });
});

describe('BatonError.is', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'TERMINAL'],
    [
      'an error of someone else',
      Object.assign(new Error(problem), { code: 'TERMINAL', name: 'TerminalError', retryable: false }),
    ],
    ['an error of another realm', runInNewContext('new Error()')],
    ['an error that has been through JSON', JSON.parse(JSON.stringify(new TerminalError(problem)))],
    ['a class of ours', TerminalError],
    ['a revoked Proxy', makeRevoked()],
    ['a Proxy whose getter throws', new Proxy({}, { get: raise })],
  ])('BatonError.is says no to %s', (_what, value) => {
    expect(BatonError.is(value)).toBe(false);
  });

  it('BatonError.is says yes to an error of another copy of the package, which instanceof does not', () => {
    jest.isolateModules(() => {
      const copy: typeof errors = require('../../../src/errors');
      const error = new copy.TerminalError('closed');
      expect(error).not.toBeInstanceOf(BatonError);
      expect(BatonError.is(error) && error.code).toBe('TERMINAL');
      expect(copy.BatonError.is(new TerminalError('closed'))).toBe(true);
    });
  });

  it('BatonError.is says yes to an error of a user’s class that extends one of ours', () => {
    class AccountClosedError extends TerminalError {}
    expect(BatonError.is(new AccountClosedError('closed'))).toBe(true);
  });
});

describe('TerminalError', () => {
  it('TerminalError has the user’s message as it is, and a cause', () => {
    const cause = new Error('boom');
    expect(new TerminalError('Account is closed', { cause })).toMatchObject({
      message: 'Account is closed',
      cause,
      retryable: false,
    });
    expect(Object.hasOwn(new TerminalError('Account is closed'), 'cause')).toBe(false);
  });
});

describe('RetryableError', () => {
  it('RetryableError says when to try again, in its details too', () => {
    const cause = new Error('boom');
    const error = new RetryableError({ retryAfterMs: 1_500, message: 'Busy', cause });
    expect(error).toMatchObject({
      message: 'Busy',
      retryAfterMs: 1_500,
      details: { retryAfterMs: 1_500 },
      cause,
      retryable: true,
    });
  });

  it('RetryableError has a message of its own when there is none', () => {
    expect(new RetryableError({ retryAfterMs: 1_500 }).message).toMatchInlineSnapshot(
      `"Try again in 1500 ms"`,
    );
  });

  it.each([0, 0.5, Number.MAX_SAFE_INTEGER])('RetryableError takes %d ms', (retryAfterMs) => {
    expect(new RetryableError({ retryAfterMs }).retryAfterMs).toBe(retryAfterMs);
  });

  it.each<[string, unknown]>([
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['a negative number', -1],
    ['nothing', undefined],
    ['a text', '5'],
    ['a BigInt', 5n],
    ['a symbol', Symbol('5')],
  ])('RetryableError refuses %s where it is made', (_what, retryAfterMs) => {
    expect(() => new RetryableError({ retryAfterMs: retryAfterMs as number })).toThrow(RangeError);
  });

  it('RetryableError says what it was given', () => {
    expect(() => new RetryableError({ retryAfterMs: -1 })).toThrowErrorMatchingInlineSnapshot(
      `"RetryableError: retryAfterMs is -1; it must be a finite number of milliseconds, 0 or more."`,
    );
  });
});

describe('InvalidJobError', () => {
  const first = {
    problem: '@Step read: timeoutMs (-1) must be a whole number of milliseconds, 1 or more.',
    fix: 'Set timeoutMs to 1_000.',
  };
  const second = { problem: 'Class Reconcile has no @Terminate.', fix: 'Add one.' };

  it('InvalidJobError reads like any other error when there is one fault', () => {
    expect(new InvalidJobError('Reconcile', [first]).message).toMatchInlineSnapshot(`
"@Step read: timeoutMs (-1) must be a whole number of milliseconds, 1 or more.
→ Set timeoutMs to 1_000."
`);
  });

  it('InvalidJobError numbers the faults when there are several, each with its fix', () => {
    expect(new InvalidJobError('Reconcile', [first, second]).message).toMatchInlineSnapshot(`
"Job Reconcile has 2 faults:
1. @Step read: timeoutMs (-1) must be a whole number of milliseconds, 1 or more.
   → Set timeoutMs to 1_000.
2. Class Reconcile has no @Terminate.
   → Add one."
`);
  });

  it('InvalidJobError has every fault in its details, in a list of its own', () => {
    const faults = [first, second];
    const { details } = new InvalidJobError('Reconcile', faults);
    faults.pop();
    expect(details).toEqual({ job: 'Reconcile', faults: [first, second] });
    expect(Object.isFrozen(details.faults)).toBe(true);
  });

  it('InvalidJobError keeps what was caught as its cause', () => {
    const cause = new Error('boom');
    expect(new InvalidJobError('Reconcile', [first], cause).cause).toBe(cause);
  });
});

function makeRevoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function raise(): never {
  throw new Error('boom');
}
