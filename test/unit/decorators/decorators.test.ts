import fc from 'fast-check';
import * as decorators from '../../../src/decorators';
import { getOwnDeclarations } from '../../../src/metadata/declaration';
import { loosely } from '../metadata/define-job';

const { LongRunning, ...memberDecorators } = decorators;
const all = Object.entries(decorators);

describe('Every decorator', () => {
  it.each(all)(
    'The decorator @%s writes down what it was given on the very class, and changes nothing else',
    (name, decorate) => {
      class Job {
        run() {}
      }
      const before = Object.getOwnPropertyDescriptors(Job.prototype);
      const options = Object.freeze({ once: true });
      const target = name === 'LongRunning' ? Job : Job.prototype;
      const member = name === 'LongRunning' ? undefined : 'run';
      const returned = loosely(decorate)(options)(
        target,
        member,
        member && Object.getOwnPropertyDescriptor(Job.prototype, 'run'),
      );
      expect(returned).toBeUndefined();
      expect(Object.getOwnPropertyDescriptors(Job.prototype)).toEqual(before);
      expect(getOwnDeclarations(target)).toEqual([
        { decorator: name, member, placement: member ? 'method' : 'class', options },
      ]);
    },
  );

  it.each(all)('The decorator @%s never throws, whatever it is called with', (_name, decorate) => {
    const anything = fc.oneof(
      fc.anything(),
      fc.constantFrom<unknown>(
        class {},
        () => {},
        Object.freeze({}),
        new Proxy({}, {}),
        Symbol('s'),
        'run',
        5n,
      ),
    );
    fc.assert(
      fc.property(
        fc.array(anything, { maxLength: 3 }),
        fc.array(anything, { maxLength: 3 }),
        (args, applied) => {
          const decorator = loosely(decorate)(...args);
          expect(typeof decorator === 'function' ? decorator(...applied) : decorator).toBeUndefined();
        },
      ),
    );
  });
});

describe('Every decorator of members', () => {
  it.each(Object.entries(memberDecorators))(
    'The member decorator @%s knows when it has no parentheses, and returns nothing to replace the member by',
    (name, decorate) => {
      class Job {
        run() {}
      }
      expect(
        loosely(decorate)(Job.prototype, 'run', Object.getOwnPropertyDescriptor(Job.prototype, 'run')),
      ).toBeUndefined();
      expect(getOwnDeclarations(Job.prototype)).toMatchObject([
        { decorator: name, member: 'run', misuse: 'no-parentheses' },
      ]);
    },
  );

  it.each(Object.entries(memberDecorators))(
    'The member decorator @%s never replaces a class that it stands on',
    (_name, decorate) => {
      const Plain = class {};
      @loosely(decorate)
      class Job extends Plain {}
      expect(Object.getPrototypeOf(Job)).toBe(Plain);
    },
  );
});

describe('@LongRunning', () => {
  it('@LongRunning returns the class as it is, also without parentheses', () => {
    const Plain = class {};
    @loosely(LongRunning)
    class Job extends Plain {}
    expect(Object.getPrototypeOf(Job)).toBe(Plain);
    expect(getOwnDeclarations(Job)).toMatchObject([{ misuse: 'no-parentheses' }]);
  });
});

describe('What a decorator stands on', () => {
  it('What a decorator stands on is told from the descriptor that each compiler passes', () => {
    const place = (descriptor?: unknown) => {
      const target = {};
      loosely(memberDecorators.State)()(target, 'cursor', descriptor);
      return getOwnDeclarations(target)[0]?.placement;
    };
    expect(place()).toBe('field');
    expect(place(null)).toBe('field');
    expect(place({ configurable: true, enumerable: true, writable: true, initializer: () => 1 })).toBe(
      'field',
    );
    expect(place({ get: () => 1 })).toBe('accessor');
    expect(place({ set: () => {} })).toBe('accessor');
    expect(place({ value: () => 1 })).toBe('method');
    expect(place(0)).toBe('parameter');
  });
});
