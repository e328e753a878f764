import {
  type Among,
  alone,
  isAmong,
  passAmong,
  readWait,
  type Sleep,
} from '../../../../../src/runtime/core/execution/among';
import { makeBatch, startMs } from '../core.helpers';

const signal: Sleep = { kind: 'signal', name: 'approved', isBounded: false };

describe('readWait', () => {
  it.each<[string, Partial<Among> | undefined, boolean, number, string | undefined]>([
    ['nothing', undefined, false, 0, undefined],
    ['nothing, among others', {}, true, 0, undefined],
    ['a pause', undefined, true, startMs, 'wait'],
    ['the next attempt', {}, false, startMs, 'retry-delay'],
    ['a signal', { sleep: signal }, true, startMs, 'signal'],
    ['children', { sleep: { kind: 'children' } }, true, startMs, 'children'],
    ['a slot', { sleep: { kind: 'slot' } }, true, startMs, 'slot'],
    ['children before it ends', { closing: { kind: 'cancel' } }, true, startMs, 'children'],
    ['children before it ends', { closing: { kind: 'cancel' }, sleep: signal }, true, startMs, 'children'],
  ])('readWait knows that an execution waits for %s', (_what, parts, isWaiting, resumeAtMs, reason) => {
    const among = parts && { ...alone, ...parts };
    expect(readWait({ among, isWaiting, resumeAtMs })).toBe(reason);
  });
});

describe('passAmong', () => {
  const woken = { by: 'time' } as const;

  it('passAmong leaves an execution alone that has slept for nothing', () => {
    const among = { ...alone, interludeCount: 2 };
    expect(passAmong(among)).toBe(among);
    expect(passAmong(undefined)).toBeUndefined();
  });

  it.each<[string, Partial<Among>]>([
    ['it was woken', { woken }],
    ['it was asleep', { sleep: signal }],
  ])('passAmong forgets all when %s and has nothing else to do with others', (_what, parts) => {
    expect(passAmong({ ...alone, ...parts })).toBeUndefined();
  });

  it.each<[string, Partial<Among>]>([
    ['children', { children: makeBatch() }],
    ['a slot', { slot: { id: 'slots', isHeld: true } }],
    ['an inbox that was read', { inbox: { next: 1, kept: [] } }],
    ['interludes behind it', { interludeCount: 1 }],
    [
      'an interlude',
      {
        interlude: {
          kind: 'signal',
          method: 'onApproved',
          slot: 0,
          part: 0,
          back: {
            ...{ phase: 'step', attempt: 1, resumeAtMs: 0, isWaiting: false, interruptionCount: 0 },
            ...{ sleep: null, woken: null },
          },
        },
      },
    ],
  ])('passAmong forgets the pause only when there are %s', (_what, parts) => {
    const among: Among = { ...alone, ...parts };
    expect(passAmong({ ...among, sleep: signal })).toEqual(among);
    expect(passAmong({ ...among, woken })).toEqual(among);
  });
});

describe('isAmong', () => {
  it.each<[string, unknown]>([
    ['an execution that is alone', alone],
    [
      'all that may be there',
      { ...alone, sleep: signal, woken: { by: 'time' }, interlude: {}, inbox: { next: 3, kept: [{}] } },
    ],
  ])('isAmong knows %s', (_what, value) => {
    expect(isAmong(JSON.parse(JSON.stringify(value)))).toBe(true);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a list', []],
    ['a sleep that is none', { ...alone, sleep: 'signal' }],
    ['a reason to be awake that is none', { ...alone, woken: 7 }],
    ['an interlude that is none', { ...alone, interlude: true }],
    ['a missing sleep', { ...alone, sleep: undefined }],
    ['no inbox', { ...alone, inbox: null }],
    ['an inbox without a next place', { ...alone, inbox: { kept: [] } }],
    ['an inbox whose next place is no whole number', { ...alone, inbox: { next: 0.5, kept: [] } }],
    ['an inbox without signals', { ...alone, inbox: { next: 0 } }],
    ['an inbox whose signals are no list', { ...alone, inbox: { next: 0, kept: {} } }],
    ['no count of interludes', { ...alone, interludeCount: null }],
    ['a count of interludes that is no whole number', { ...alone, interludeCount: 0.5 }],
  ])('isAmong refuses %s', (_what, value) => {
    expect(isAmong(value)).toBe(false);
  });
});
