import { LongRunning, OnComplete, OnStart, State, Step, Terminate } from '../../../src/decorators';
import { loosely, times } from './define-job';
import { faultsOf } from './faults-of';

const total: unique symbol = Symbol('total');

describe('A decorator', () => {
  it('A decorator stands on an ordinary method, and @State on a field', () => {
    @LongRunning(times)
    class Reconcile {
      @loosely(Step()) static shared() {}
      @loosely(State()) static count = 0;
      @loosely(Step()) get page() {
        return 1;
      }
      @loosely(Terminate()) set done(_done: boolean) {}
      @loosely(Step()) size = 1;
      @loosely(OnStart()) begin = () => {};
      @loosely(State()) total() {}
      @loosely(State()) get seen() {
        return 1;
      }
    }
    expect(faultsOf(Reconcile)).toEqual([
      '@Step on Reconcile.page stands on a getter or setter.\n→ Move it to a method of the instance.',
      '@Terminate on Reconcile.done stands on a getter or setter.\n→ Move it to a method of the instance.',
      '@Step on Reconcile.size stands on a field.\n→ Move it to a method of the instance.',
      '@OnStart on Reconcile.begin stands on a field.\n→ Move it to a method of the instance.',
      '@State on Reconcile.total stands on a method.\n→ Move it to a field of the instance.',
      '@State on Reconcile.seen stands on a getter or setter.\n→ Move it to a field of the instance.',
      '@Step on Reconcile.shared stands on a static member.\n→ Move it to a method of the instance.',
      '@State on Reconcile.count stands on a static member.\n→ Move it to a field of the instance.',
    ]);
  });

  it('A decorator stands on no member without an ordinary name', () => {
    @LongRunning(times)
    class Reconcile {
      @loosely(Step()) [Symbol.iterator]() {}
      @loosely(State()) [total] = 1;
      @Step() '#page'() {}
      @State() '#cursor' = 1;
      @State() ['__proto__'] = 1;
      // biome-ignore lint/complexity/useLiteralKeys: without brackets it would be the constructor
      @loosely(Step()) ['constructor']() {}
      @Terminate() isDone() {
        return true;
      }
    }
    expect(faultsOf(Reconcile)).toEqual([
      '@Step on Reconcile[Symbol(Symbol.iterator)] has a symbol for a name, which no checkpoint can hold.\n→ Give the method a text for a name.',
      '@State on Reconcile[Symbol(total)] has a symbol for a name, which no checkpoint can hold.\n→ Give the field a text for a name.',
      '@Step on Reconcile.#page is private to the language, so lambda-baton cannot reach it.\n→ Write private page in place of #page.',
      '@State on Reconcile.#cursor is private to the language, so lambda-baton cannot reach it.\n→ Write private cursor in place of #cursor.',
      '@State on Reconcile.__proto__ has a name that JavaScript keeps for itself.\n→ Give the field another name.',
      '@Step on Reconcile.constructor has a name that JavaScript keeps for itself.\n→ Give the method another name.',
    ]);
  });

  it('A decorator may stand on a method with any other name', () => {
    @LongRunning(times)
    class Reconcile {
      @Step() 'reconcile page №1'() {}
      @Terminate() isDone() {
        return true;
      }
    }
    expect(faultsOf(Reconcile)).toEqual([]);
  });

  it('A decorator stands on no parameter', () => {
    @LongRunning(times)
    class Reconcile {
      constructor(@loosely(State()) readonly cursor: string) {}
      @Step() reconcilePage(@loosely(State()) _ctx: unknown) {}
      @Terminate() isDone() {
        return true;
      }
    }
    expect(faultsOf(Reconcile)).toEqual([
      '@State on Reconcile.reconcilePage stands on a parameter.\n→ Move it to a field of the instance.',
      '@State in the constructor of class Reconcile stands on a parameter.\n→ Move it to a field of the instance.',
    ]);
  });

  it('A decorator of a member does not stand on the class, nor @LongRunning on a member', () => {
    @loosely(Step())
    @LongRunning(times)
    class Reconcile {
      @loosely(LongRunning(times)) reconcilePage() {}
      @Terminate() isDone() {
        return true;
      }
    }
    expect(faultsOf(Reconcile)).toEqual([
      '@LongRunning on Reconcile.reconcilePage stands on a method.\n→ Move it above the class.',
      '@Step on class Reconcile stands on a class.\n→ Move it to a method of the instance.',
    ]);
  });

  it('A decorator has parentheses', () => {
    class Reconcile {
      @loosely(Step) reconcilePage() {}
      @loosely(State) cursor = '';
      @loosely(OnStart) begin() {}
      @loosely(LongRunning) page() {}
      @loosely(Terminate) isDone() {
        return true;
      }
    }
    loosely(Step)(Reconcile);
    LongRunning(times)(Reconcile);
    expect(faultsOf(Reconcile)).toEqual([
      '@Step on Reconcile.reconcilePage has no parentheses.\n→ Write @Step().',
      '@State on Reconcile.cursor has no parentheses.\n→ Write @State().',
      '@OnStart on Reconcile.begin has no parentheses.\n→ Write @OnStart().',
      '@LongRunning on Reconcile.page has no parentheses.\n→ Write @LongRunning({ safeMs: 60_000, intervalMs: 5_000 }).',
      '@Terminate on Reconcile.isDone has no parentheses.\n→ Write @Terminate().',
      '@Step on class Reconcile has no parentheses.\n→ Write @Step().',
    ]);
  });
});

describe('A member', () => {
  it('A member is declared once, in one role', () => {
    @LongRunning(times)
    class Reconcile {
      @Step() @Step() reconcilePage() {}
      @Step() @OnStart() begin() {}
      @State() @State({ secret: true }) cursor = '';
      @loosely(State()) @Terminate() isDone() {
        return true;
      }
      @OnComplete() @Terminate() isOver() {
        return true;
      }
    }
    expect(faultsOf(Reconcile)).toEqual([
      '@Step on Reconcile.reconcilePage is declared twice.\n→ Keep one @Step.',
      '@Step on Reconcile.begin is @OnStart as well, but a member has one role.\n→ Keep @Step or @OnStart.',
      '@State on Reconcile.cursor is declared twice.\n→ Keep one @State.',
      '@State on Reconcile.isDone stands on a method.\n→ Move it to a field of the instance.',
      '@OnComplete on Reconcile.isOver is @Terminate as well, but a member has one role.\n→ Keep @OnComplete or @Terminate.',
      'class Reconcile has 2 @Terminate methods, Reconcile.isDone and Reconcile.isOver.\n→ Keep one, and let it ask all questions.',
    ]);
  });

  it('A member has one role in the classes that it is inherited from, too', () => {
    class Base {
      @Step() reconcilePage(): unknown {
        return undefined;
      }
    }
    @LongRunning(times)
    class Reconcile extends Base {
      @Terminate() override reconcilePage() {
        return true;
      }
    }
    expect(faultsOf(Reconcile)).toEqual([
      '@Terminate on Reconcile.reconcilePage is @Step in class Base as well, but a member has one role.\n→ Keep @Terminate or @Step.',
    ]);
  });
});

describe('A hook', () => {
  it('A hook is declared once in a class', () => {
    @LongRunning(times)
    class Reconcile {
      @Step() reconcilePage() {}
      @Terminate() isDone() {
        return true;
      }
      @OnStart() open() {}
      @OnStart() warm() {}
    }
    expect(faultsOf(Reconcile)).toEqual([
      '@OnStart on Reconcile.warm is the second in class Reconcile, after open.\n→ Keep one @OnStart.',
    ]);
  });

  it('A hook takes no options', () => {
    const withOptions = loosely(OnStart)({ retry: {} });
    @LongRunning(times)
    class Reconcile {
      @Step() reconcilePage() {}
      @Terminate() isDone() {
        return true;
      }
      @withOptions open() {}
    }
    expect(faultsOf(Reconcile)).toEqual([
      '@OnStart on Reconcile.open takes no options.\n→ Write @OnStart().',
    ]);
  });
});
