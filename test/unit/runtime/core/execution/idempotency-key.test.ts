import fc from 'fast-check';
import { InvalidKeyError } from '../../../../../src/errors';
import { type Among, alone, type Interlude } from '../../../../../src/runtime/core/execution/among';
import {
  type KeyedUnit,
  writeKey,
  writePartKey,
} from '../../../../../src/runtime/core/execution/idempotency-key';
import { catchError, makeBatch, makeExecution, makePlan, messageOf } from '../core.helpers';

const execution = makeExecution(makePlan(), { safePointCount: 7, invocation: 3 });

function inInterlude(kind: Interlude['kind'], among: Partial<Among> = {}) {
  const back = { phase: 'step', attempt: 1, resumeAtMs: 0, isWaiting: false, interruptionCount: 0 } as const;
  const interlude = { kind, method: 'on', slot: 4, part: 2, back: { ...back, sleep: null, woken: null } };
  return { ...execution, among: { ...alone, interlude, ...among } };
}

describe('writeKey', () => {
  it.each<[KeyedUnit, string]>([
    ['work', 'execution-1#7'],
    ['terminate', 'execution-1#7.terminate'],
    ['failure', 'execution-1#7.failure'],
    ['undo', 'execution-1#7.undo'],
    ['resume', 'execution-1#7.resume.3'],
    ['handoff', 'execution-1#7.handoff.3'],
    ['closing', 'execution-1#7.closing.3'],
    ['cancel', 'execution-1#cancel'],
  ])('writeKey of %s is %s', (unit, key) => {
    expect(writeKey(execution, unit)).toBe(key);
    expect(writeKey({ ...execution, among: alone }, unit)).toBe(key);
  });

  it('writeKey of @OnSignal is by its place in the inbox, and its safe points', () => {
    expect(writeKey(inInterlude('signal'), 'work')).toBe('execution-1#signal.4.2');
    expect(writeKey(inInterlude('signal'), 'failure')).toBe('execution-1#signal.4.2.failure');
  });

  it('writeKey of @OnChildEnd is by its place in its batch, and its safe points', () => {
    const children = makeBatch({ number: 2 });
    expect(writeKey(inInterlude('child', { children }), 'work')).toBe('execution-1#child.2.4.2');
  });
});

describe('writePartKey', () => {
  it.each<[unknown, string]>([
    ['a', 'key/a'],
    ['', 'key/'],
    ['7', 'key/7'],
    [7, 'key/=7'],
    [-0.5, 'key/=-0.5'],
    ['a/b#c=d', 'key/a%2Fb%23c%3Dd'],
    ['a"b', 'key/a%5C%22b'],
    ['\ud800', 'key/%5Cud800'],
  ])('writePartKey of %j is %s', (part, key) => {
    expect(writePartKey('key', part)).toBe(key);
  });

  it('writePartKey tells any two parts apart', () => {
    const parts = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.integer());
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        expect(writePartKey('key', one) === writePartKey('key', other)).toBe(one === other);
      }),
    );
  });

  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [{}, 'object'],
    [true, 'boolean'],
    [Symbol('a'), 'symbol'],
  ])('writePartKey refuses %p as %s', (part, received) => {
    const error = catchError(() => writePartKey('key', part));
    expect(error).toBeInstanceOf(InvalidKeyError);
    expect(error.details).toEqual({ received });
  });

  it('writePartKey says what it was given, and what tells parts apart', () => {
    expect(messageOf(() => writePartKey('key', null))).toMatchInlineSnapshot(`
"ctx.keyFor was given null, which tells no part of the work from another.
→ Give it what identifies the part: a string, or a finite number."
`);
  });
});
