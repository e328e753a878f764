import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { TerminalError } from '../../../../../src/errors';
import {
  describeError,
  type ErrorRecord,
  ensureError,
  readReason,
} from '../../../../../src/runtime/core/record/describe-error';
import { cut } from '../../../../../src/runtime/core/record/describe-value';

function countCauses(record: ErrorRecord): number {
  return record.cause === undefined ? 0 : 1 + countCauses(record.cause);
}

function makeRevoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function chain(length: number): Error {
  let error = new Error(`cause ${length}`);
  for (let number = length - 1; number >= 0; number -= 1)
    error = new Error(`cause ${number}`, { cause: error });
  return error;
}

function makeCyclicError(): Error {
  const error = new Error('round and round');
  error.cause = error;
  return error;
}

/** A record without its stacks: they name the machine. */
function withoutStacks({ stack: _stack, cause, errors, ...rest }: ErrorRecord): ErrorRecord {
  return {
    ...rest,
    ...(cause !== undefined && { cause: withoutStacks(cause) }),
    ...(errors !== undefined && { errors: errors.map(withoutStacks) }),
  };
}

const refused = Object.assign(
  new AggregateError([
    new Error('connect ECONNREFUSED ::1:5432'),
    new Error('connect ECONNREFUSED 127.0.0.1:5432'),
  ]),
  {
    code: 'ECONNREFUSED',
  },
);

const unreadable = { name: 'Thrown', message: 'something that cannot be read' };

describe('describeError', () => {
  it.each<[string, unknown, ErrorRecord]>([
    ['an error', new RangeError('too far'), { name: 'RangeError', message: 'too far' }],
    [
      'one of our errors, with its code',
      new TerminalError('closed'),
      { name: 'TerminalError', message: 'closed', code: 'TERMINAL' },
    ],
    [
      'a system error',
      Object.assign(new Error('gone'), { code: 'ENOENT' }),
      { name: 'Error', message: 'gone', code: 'ENOENT' },
    ],
    [
      'an error whose code is a number',
      Object.assign(new Error('gone'), { code: 404 }),
      { name: 'Error', message: 'gone', code: '404' },
    ],
    [
      'an error whose code is an object',
      Object.assign(new Error('gone'), { code: {} }),
      { name: 'Error', message: 'gone' },
    ],
    [
      'a cause',
      new Error('a', { cause: new TypeError('b') }),
      { name: 'Error', message: 'a', cause: { name: 'TypeError', message: 'b' } },
    ],
    [
      'a cause that is no error',
      new Error('a', { cause: 'b' }),
      { name: 'Error', message: 'a', cause: { name: 'Thrown', message: 'b' } },
    ],
    [
      'a cause that is null',
      new Error('a', { cause: null }),
      { name: 'Error', message: 'a', cause: { name: 'Thrown', message: 'null' } },
    ],
    [
      'an error of another realm',
      runInNewContext("new RangeError('far')"),
      { name: 'RangeError', message: 'far' },
    ],
    ['a frozen error', Object.freeze(new Error('cold')), { name: 'Error', message: 'cold' }],
    ['an error without a message', new Error(), { name: 'Error', message: '' }],
    [
      'an error whose reasons are in its parts',
      refused,
      {
        name: 'AggregateError',
        message: 'connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127.0.0.1:5432',
        code: 'ECONNREFUSED',
        errors: [
          { name: 'Error', message: 'connect ECONNREFUSED ::1:5432' },
          { name: 'Error', message: 'connect ECONNREFUSED 127.0.0.1:5432' },
        ],
      },
    ],
    [
      'an error whose reason is its code',
      Object.assign(new Error(), { code: 'EPIPE' }),
      { name: 'Error', message: 'EPIPE', code: 'EPIPE' },
    ],
    [
      'an error whose reason is its cause',
      new Error('', { cause: new Error('certificate has expired') }),
      {
        name: 'Error',
        message: 'certificate has expired',
        cause: { name: 'Error', message: 'certificate has expired' },
      },
    ],
    [
      'an error whose reason is a list of what is no Error',
      Object.assign(new Error(''), { errors: [{ message: 'row 3: bad date' }, 'row 4'] }),
      {
        name: 'Error',
        message: 'row 3: bad date; row 4',
        errors: [
          { name: 'Thrown', message: 'row 3: bad date' },
          { name: 'Thrown', message: 'row 4' },
        ],
      },
    ],
    [
      'an object that holds its reason deeper',
      { error: { status: 503 } },
      { name: 'Thrown', message: 'an object that is no Error: {"error":{"status":503}}' },
    ],
    ['an object like an error', { name: 'Odd', message: 'odd' }, { name: 'Odd', message: 'odd' }],
    ['an object', { n: 1 }, { name: 'Thrown', message: 'an object that is no Error: {"n":1}' }],
    ['a list', [1], { name: 'Thrown', message: 'an object that is no Error: [1]' }],
    [
      'an object without a prototype',
      Object.create(null),
      { name: 'Thrown', message: 'an object that is no Error: {}' },
    ],
    ['null', null, { name: 'Thrown', message: 'null' }],
    ['undefined', undefined, { name: 'Thrown', message: 'undefined' }],
    ['a text', 'boom', { name: 'Thrown', message: 'boom' }],
    ['a number', -0, { name: 'Thrown', message: '0' }],
    ['a BigInt', 7n, { name: 'Thrown', message: '7' }],
    ['a symbol', Symbol('boom'), { name: 'Thrown', message: 'Symbol(boom)' }],
    ['a revoked Proxy', makeRevoked(), unreadable],
    ['a getter that throws', Object.defineProperty(new Error(), 'message', { get: raise }), unreadable],
    [
      'a getter that throws a revoked Proxy',
      Object.defineProperty({}, 'name', { get: raiseRevoked }),
      unreadable,
    ],
    ['a function that cannot be shown', Object.assign(() => 1, { toString: raise }), unreadable],
    [
      'a cause that cannot be read',
      new Error('a', { cause: makeRevoked() }),
      { name: 'Error', message: 'a', cause: unreadable },
    ],
  ])('describeError makes a plain record of %s', (_what, thrown, record) => {
    expect(withoutStacks(describeError(thrown))).toEqual(record);
  });

  it('describeError cuts a message of eight megabytes, and says how much is missing', () => {
    const { message } = describeError(new Error('x'.repeat(8_388_608)));
    expect(message).toHaveLength(8_192 + '… [8380416 characters cut]'.length);
    expect(message.slice(8_190)).toMatchInlineSnapshot(`"xx… [8380416 characters cut]"`);
  });

  it('describeError cuts names, codes and thrown texts as well', () => {
    const long = 'x'.repeat(9_000);
    const { name, code } = describeError(Object.assign(new Error(), { name: long, code: long }));
    const { message } = describeError(long);
    for (const text of [name, code, message]) expect(text).toBe(`${'x'.repeat(8_192)}… [808 characters cut]`);
  });

  it.each([0, 1, 9, 10])('describeError keeps a chain of %i causes whole', (length) => {
    expect(countCauses(describeError(chain(length)))).toBe(length);
  });

  it.each([11, 50])('describeError cuts a chain of %i causes at ten', (length) => {
    expect(countCauses(describeError(chain(length)))).toBe(10);
  });

  it('describeError cuts a chain of causes that leads back to its beginning', () => {
    expect(countCauses(describeError(makeCyclicError()))).toBe(10);
  });

  it('describeError keeps the stack, of its causes and parts too', () => {
    const frames = /^\w+: [\w ]+\n\s+at .*describe-error\.test/;
    const { stack, cause, errors } = describeError(
      new AggregateError([new Error('part')], 'whole', { cause: new Error('why') }),
    );
    for (const text of [stack, cause?.stack, errors?.[0]?.stack]) expect(text).toMatch(frames);
  });

  it('describeError keeps frames of a stack whose message is long', () => {
    const { stack = '' } = describeError(new Error('x'.repeat(100_000)));
    expect(stack).toMatch(/\n\s+at .*describe-error\.test/);
    expect(stack.length).toBeLessThan(1_400);
  });

  it('describeError keeps ten parts of an error that has more', () => {
    const { errors, message } = describeError(
      new AggregateError(Array.from({ length: 5_000 }, (_, n) => new Error(`row ${n}`))),
    );
    expect(errors).toHaveLength(10);
    expect(message).toBe('row 0; row 1; row 2; …');
  });

  it('describeError stays within 256 KB, whatever the parts of parts are', () => {
    const grow = (depth: number): Error =>
      new AggregateError(
        depth === 0 ? [] : Array.from({ length: 10 }, () => grow(depth - 1)),
        'x'.repeat(10_000),
        {
          cause: new Error('y'.repeat(10_000)),
        },
      );
    const record = describeError(grow(3));
    expect(JSON.stringify(record).length).toBeLessThan(200_000);
    expect(record.message).toMatch(/^x+… \[/);
  });

  it('describeError keeps the head of an error of which only the parts cannot be read', () => {
    const error = Object.defineProperties(new Error('head'), {
      errors: { get: raise },
      code: { get: raise },
      stack: { get: raise },
    });
    expect(describeError(error)).toEqual({ name: 'Error', message: 'head' });
  });

  it('describeError gives JSON for anything that can be thrown, and never throws itself', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withNullPrototype: true,
          withBoxedValues: true,
          withSparseArray: true,
        }),
        (thrown) => {
          for (const value of [
            thrown,
            new Error('a', { cause: thrown }),
            { message: thrown, name: thrown, code: thrown, cause: thrown },
          ]) {
            const record = describeError(value);
            expect(JSON.parse(JSON.stringify(record))).toEqual(record);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('ensureError', () => {
  it.each<[string, Error]>([
    ['an error', new RangeError('too far')],
    ['one of our errors', new TerminalError('closed')],
    ['a frozen error', Object.freeze(new Error('cold'))],
    ['an error of another realm', runInNewContext("new RangeError('far')")],
  ])('ensureError gives %s back as it is', (_what, error) => {
    expect(ensureError(error)).toBe(error);
  });

  it.each<[string, unknown, string]>([
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['a text', 'boom', 'boom'],
    ['a symbol', Symbol('boom'), 'Symbol(boom)'],
    ['a BigInt', 7n, '7'],
    [
      'a function that has a message',
      Object.assign(() => 1, { message: 'no', toString: () => 'run' }),
      'run',
    ],
    ['an object', { n: 1 }, 'an object that is no Error: {"n":1}'],
    ['an object whose message is no text', { message: 7 }, 'an object that is no Error: {"message":7}'],
    ['a revoked Proxy', makeRevoked(), 'something that cannot be read'],
    [
      'a getter that throws',
      Object.defineProperty(new Error(), 'message', { get: raise }),
      'something that cannot be read',
    ],
  ])('ensureError lets an error stand for %s, and keeps the value as its cause', (_what, thrown, message) => {
    const error = ensureError(thrown);
    expect(error).toBeInstanceOf(Error);
    expect({ name: error.name, message: error.message }).toEqual({ name: 'Thrown', message });
    expect(Object.is(error.cause, thrown)).toBe(true);
  });
});

describe('readReason', () => {
  it.each<[string, unknown, string]>([
    ['the message', new Error('why', { cause: new Error('deeper') }), 'why'],
    [
      'the message and the parts',
      new AggregateError([new Error('A: 503'), new Error('B: late')], 'All failed'),
      'All failed: A: 503; B: late',
    ],
    [
      'the parts once, where there is no message',
      refused,
      'connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127.0.0.1:5432',
    ],
    ['the name, where there is nothing else', new RangeError(), 'RangeError'],
  ])('readReason is %s', (_what, thrown, reason) => {
    expect(readReason(describeError(thrown))).toBe(reason);
  });
});

describe('cut', () => {
  it.each([
    [0, 0],
    [8_192, 8_192],
    [8_193, 8_192 + '… [1 characters cut]'.length],
  ])('cut() makes %i characters %i', (length, expected) => {
    expect(cut('x'.repeat(length))).toHaveLength(expected);
  });

  it('cut() leaves no half character at the cut', () => {
    expect(cut(`${'x'.repeat(8_191)}👍👍`)).toBe(`${'x'.repeat(8_191)}… [4 characters cut]`);
  });

  it('cut() cuts where it should when half a character stands elsewhere', () => {
    expect(cut(`👍${'x'.repeat(8_191)}`)).toBe(`👍${'x'.repeat(8_190)}… [1 characters cut]`);
    expect(cut(`${'x'.repeat(8_193)}👍`)).toBe(`${'x'.repeat(8_192)}… [3 characters cut]`);
  });
});

function raise(): never {
  throw new Error('secret');
}

function raiseRevoked(): never {
  throw makeRevoked();
}
