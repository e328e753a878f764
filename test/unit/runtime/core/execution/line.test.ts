import {
  firstLine,
  isElsewhere,
  isLine,
  isSameFunction,
  namePin,
  passOn,
  readPinnedVersion,
} from '../../../../../src/runtime/core/execution/line';

const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:parts';

describe('passOn', () => {
  it.each([
    [0, 0],
    [1, 0],
    [2, 1],
  ] as const)('passOn ends a row of deaths, and of recovery %i leaves %i', (recovery, left) => {
    const line = { pin: arn, wakeUpCount: 4, deathCount: 3, recovery };
    expect(passOn(line, false)).toEqual({ pin: arn, wakeUpCount: 4, deathCount: 0, recovery: left });
  });

  it('passOn counts an invocation that only came since a wait was over', () => {
    expect(passOn({ ...firstLine, wakeUpCount: 4 }, true).wakeUpCount).toBe(5);
  });
});

describe('isLine', () => {
  it.each<[string, object]>([
    ['of an execution that starts', firstLine],
    ['that is pinned', { ...firstLine, pin: `${arn}:7` }],
    ['with counts', { pin: null, wakeUpCount: 3, deathCount: 2, recovery: 2 }],
  ])('isLine knows a line %s', (_what, line) => {
    expect(isLine({ ...line })).toBe(true);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a list of four', [null, 0, 0, 0]],
    ['a part too many', { ...firstLine, more: 1 }],
    ['a part too few', { pin: null, wakeUpCount: 0, deathCount: 0 }],
    ['an empty pin', { ...firstLine, pin: '' }],
    ['a pin that is no text', { ...firstLine, pin: 7 }],
    ['a negative count of wake-ups', { ...firstLine, wakeUpCount: -1 }],
    ['half a death', { ...firstLine, deathCount: 0.5 }],
    ['a recovery of 3', { ...firstLine, recovery: 3 }],
    ['a recovery that is none', { ...firstLine, recovery: '1' }],
  ])('isLine refuses %s', (_what, value) => {
    expect(isLine(value)).toBe(false);
  });
});

describe('namePin', () => {
  it.each([
    [`${arn}:live`, '7', `${arn}:7`],
    [arn, '12', `${arn}:12`],
    [arn, '$LATEST', null],
    [arn, '7a', null],
    [arn, 'a7', null],
  ])('namePin of %s that runs version %s is %s', (invokedFunctionArn, functionVersion, pin) => {
    expect(namePin({ invokedFunctionArn, functionVersion })).toBe(pin);
  });
});

describe('isElsewhere', () => {
  const running = { invokedFunctionArn: `${arn}:live`, functionVersion: '7' };

  it.each([
    ['to nothing', null, false],
    ['to the version that runs', `${arn}:7`, false],
    ['to another version', `${arn}:6`, true],
    ['to another function', `${arn}-2:6`, false],
  ])('isElsewhere says of a pin %s: %s', (_what, pin, isOne) => {
    expect(isElsewhere(pin, running)).toBe(isOne);
  });

  it('isElsewhere says that a pinned execution belongs elsewhere than to code without a number', () => {
    expect(isElsewhere(`${arn}:7`, { ...running, functionVersion: '$LATEST' })).toBe(true);
  });
});

describe('readPinnedVersion', () => {
  it('readPinnedVersion is what a pin names behind the function', () => {
    expect(readPinnedVersion(`${arn}:7`)).toBe('7');
    expect(readPinnedVersion(arn)).toBe('');
  });
});

describe('isSameFunction', () => {
  it('isSameFunction knows a function whatever its qualifier', () => {
    expect(isSameFunction(`${arn}:7`, `${arn}:live`)).toBe(true);
    expect(isSameFunction(`${arn}:7`, arn)).toBe(true);
    expect(isSameFunction(arn, `${arn}2`)).toBe(false);
  });
});
