import {
  complete,
  goTo,
  isDirective,
  wait,
  waitUntil,
} from '../../../../../src/runtime/core/execution/directives';
import { makeExecution, makePlan } from '../core.helpers';

describe('directives', () => {
  it.each([
    ['goTo', goTo('read'), { kind: 'go-to', step: 'read' }],
    ['wait', wait({ seconds: 5 }), { kind: 'wait', seconds: 5 }],
    ['waitUntil', waitUntil(new Date(7)), { kind: 'wait-until', epochMs: 7 }],
    ['complete', complete({ n: 1 }), { kind: 'complete', result: { n: 1 } }],
    ['complete without a result', complete(), { kind: 'complete', result: undefined }],
  ])('The directive %s makes a frozen directive', (_name, directive, parts) => {
    expect({ ...directive }).toEqual(parts);
    expect(Object.isFrozen(directive)).toBe(true);
    expect(isDirective(directive)).toBe(true);
  });

  it('Directives take what a caller without types gives; it is refused when the directive is carried out', () => {
    expect({ ...wait(undefined as unknown as { seconds: number }) }).toEqual({
      kind: 'wait',
      seconds: undefined,
    });
    for (const date of [undefined, null, 5, '2026-11-23', {}, new Date('never')]) {
      expect({ ...waitUntil(date as Date) }).toEqual({ kind: 'wait-until', epochMs: Number.NaN });
    }
  });
});

describe('isDirective', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'goTo'],
    ['an object that only looks like one', { kind: 'go-to', step: 'read' }],
    ['a copy of one', { ...goTo('read') }],
    ['one that has been through JSON', JSON.parse(JSON.stringify(complete(1)))],
    ['a function', goTo],
    ['an execution', makeExecution(makePlan())],
  ])('isDirective says no to %s', (_what, value) => {
    expect(isDirective(value)).toBe(false);
  });

  it('isDirective says yes to a directive of another copy of the package', () => {
    jest.isolateModules(() => {
      const copy: typeof import('../../../../../src/runtime/core/execution/directives') = require('../../../../../src/runtime/core/execution/directives');
      expect(copy.goTo).not.toBe(goTo);
      expect(isDirective(copy.goTo('read'))).toBe(true);
      expect(copy.isDirective(goTo('read'))).toBe(true);
      expect(Object.getOwnPropertySymbols(copy.goTo('read'))).toEqual([Symbol.for('lambda-baton.directive')]);
    });
  });
});
