import { LongRunning, Step, Terminate } from '../../../src/decorators';
import { loosely, times } from './define-job';
import { faultsOf } from './faults-of';

class Sound {
  @Step() reconcilePage() {}
  @Terminate() isDone() {
    return true;
  }
}

function explode(): never {
  throw new Error('exploded');
}

describe('A job', () => {
  it('A job needs @LongRunning, @Step and @Terminate, and says so of all three at once', () => {
    class Plain {}
    expect(faultsOf(Plain)).toEqual([
      'class Plain has no @LongRunning.\n→ Write @LongRunning({ safeMs: 60_000, intervalMs: 5_000 }) above the class.',
      'class Plain has no @Step, so it would do nothing.\n→ Write @Step() above the method that does the work.',
      'class Plain has no @Terminate, so it would never end.\n→ Write @Terminate() above a method that returns true when the work is done.',
    ]);
  });

  it('A job is not asked for a better name before it has @LongRunning', () => {
    class Ab extends Sound {}
    expect(faultsOf(Ab)).toHaveLength(1);
  });

  it('A job is not asked for a name when its options cannot be read', () => {
    class Ab extends Sound {}
    LongRunning(Object.defineProperty({ ...times }, 'name', { enumerable: true, get: explode }))(Ab);
    expect(faultsOf(Ab)).toEqual([
      '@LongRunning on class Ab: the options (an object) must be a plain object that can be read.\n→ Write the options as { … }.',
    ]);
  });

  it('A job carries @LongRunning once', () => {
    @LongRunning(times)
    @LongRunning(times)
    class Reconcile extends Sound {}
    expect(faultsOf(Reconcile)).toEqual(['class Reconcile carries @LongRunning 2 times.\n→ Keep one.']);
  });

  it('A job needs the parentheses of @LongRunning', () => {
    @loosely(LongRunning)
    class Reconcile extends Sound {}
    expect(faultsOf(Reconcile)).toEqual([
      '@LongRunning on class Reconcile has no parentheses.\n→ Write @LongRunning({ safeMs: 60_000, intervalMs: 5_000 }).',
    ]);
  });

  it('A job does not inherit @LongRunning', () => {
    @LongRunning(times)
    class Base extends Sound {}
    class Reconcile extends Base {}
    expect(faultsOf(Reconcile)).toEqual([
      'class Reconcile extends the job Base, but has no @LongRunning of its own: options are not inherited.\n→ Write @LongRunning({ … }) above class Reconcile, as the first of its decorators.',
    ]);
  });

  it('A job does not inherit @LongRunning from any of several jobs, and says which is the nearest', () => {
    @LongRunning(times)
    class Base extends Sound {}
    @LongRunning(times)
    class Middle extends Base {}
    class Reconcile extends Middle {}
    expect(faultsOf(Reconcile)[0]).toMatch(/^class Reconcile extends the job Middle, /);
  });

  it('A job has one @Terminate method', () => {
    @LongRunning(times)
    class Reconcile extends Sound {
      @Terminate() isOver() {
        return true;
      }
      @Terminate() isLate() {
        return true;
      }
    }
    expect(faultsOf(Reconcile)).toEqual([
      'class Reconcile has 3 @Terminate methods, Sound.isDone and Reconcile.isOver and Reconcile.isLate.\n→ Keep one, and let it ask all questions.',
    ]);
  });

  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'a value of type undefined'],
    ['null', null, 'null'],
    ['a text', 'Reconcile', 'a value of type string'],
    ['an instance', new Sound(), 'a value of type object'],
    ['an arrow function', () => new Sound(), 'a function that is no class'],
    ['an async function', async () => new Sound(), 'a function that is no class'],
  ])('A job is a class and not %s', (_title, given, what) => {
    expect(faultsOf(given)).toEqual([
      `A job must be a class, but this is ${what}.\n→ Give createHandler the class that carries @LongRunning.`,
    ]);
  });

  it('A job is refused with a typed error when reading it throws', () => {
    @LongRunning(times)
    class Reconcile extends Sound {}
    expect(faultsOf(new Proxy(Reconcile, { getPrototypeOf: explode }))).toEqual([
      'The job class cannot be read: something in it throws.\n→ Give createHandler the class itself, not a proxy of it.',
    ]);
  });

  it.each(['get', 'getOwnPropertyDescriptor', 'getPrototypeOf', 'has', 'ownKeys'])(
    'A job and its options are never the cause of an untyped error, such as that of a %s trap',
    (trap) => {
      @LongRunning(loosely(new Proxy(times, { [trap]: explode })))
      class Reconcile extends Sound {}
      expect(() => faultsOf(Reconcile)).not.toThrow();
      expect(() => faultsOf(new Proxy(Reconcile, { [trap]: explode }))).not.toThrow();
    },
  );

  it('A job is told to set experimentalDecorators, and nothing else, when its decorators were compiled as standard ones', () => {
    class Reconcile {}
    loosely(LongRunning(times))(Reconcile, { kind: 'class', name: 'Reconcile', addInitializer() {} });
    expect(faultsOf(Reconcile)).toEqual([
      'The decorators on class Reconcile were compiled as standard (TC39) decorators, which lambda-baton does not support.\n→ Set "experimentalDecorators": true in the compilerOptions of tsconfig.json.',
    ]);
  });

  it('A job reports every fault in one error', () => {
    @LongRunning({ safeMs: 1_000, intervalMs: 5_000, limits: { maxInvocations: 0 } })
    class Reconcile {
      @Step({ timeoutMs: 0 }) reconcilePage() {}
    }
    expect(faultsOf(Reconcile)).toHaveLength(4);
  });
});
