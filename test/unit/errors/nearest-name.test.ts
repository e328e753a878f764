import fc from 'fast-check';
import { findNearestName } from '../../../src/errors/nearest-name';

const names = ['safeMs', 'intervalMs', 'reserveMs', 'name', 'version', 'limits', 'maxDelayMs', 'maxAttempts'];

describe('findNearestName', () => {
  it.each([
    ['intervallMs', 'intervalMs'],
    ['interval', 'intervalMs'],
    ['INTERVALMS', 'intervalMs'],
    ['safeMS', 'safeMs'],
    ['nam', 'name'],
    ['limit', 'limits'],
    ['verison', 'version'],
    ['maxDelay', 'maxDelayMs'],
    ['attempts', 'maxAttempts'],
  ])('findNearestName finds for %s the name %s', (typed, meant) => {
    expect(findNearestName(typed, names)).toBe(meant);
  });

  it.each(['', 'banana', 'ms', 'page'])('findNearestName finds nothing for %s', (typed) => {
    expect(findNearestName(typed, names)).toBeUndefined();
  });

  it('findNearestName takes the only one that it begins, however much is missing', () => {
    expect(findNearestName('st', ['start', 'cancel'])).toBe('start');
    expect(findNearestName('st', ['start', 'status'])).toBeUndefined();
  });

  it('findNearestName counts two letters that changed places as one change', () => {
    expect(findNearestName('lsit', ['list'])).toBe('list');
  });

  it('findNearestName takes the nearest of several', () => {
    expect(findNearestName('maxDelayz', ['maxDelayMs', 'maxDelays'])).toBe('maxDelays');
    expect(findNearestName('maxDelayz', ['maxDelayMsX', 'maxDelayMs'])).toBe('maxDelayMs');
  });

  it('findNearestName finds every name with one letter more, less or changed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.nat(),
        fc.constantFrom('insert', 'delete', 'replace'),
        (name, at, edit) => {
          const index = at % name.length;
          const rest = name.slice(edit === 'insert' ? index : index + 1);
          expect(
            findNearestName(`${name.slice(0, index)}${edit === 'delete' ? '' : '_'}${rest}`, names),
          ).toBe(name);
        },
      ),
    );
  });

  it('findNearestName takes any text', () => {
    fc.assert(
      fc.property(fc.string(), (typed) => [undefined, ...names].includes(findNearestName(typed, names))),
    );
  });
});
