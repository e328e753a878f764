import { LongRunning, OnComplete, OnStart, State, Step, Terminate } from '../../../src/decorators';
import { readJob } from '../../../src/metadata/read-job';
import { times } from './define-job';
import { faultsOf } from './faults-of';

abstract class Paged {
  @State() cursor = 0;
  @Step({ timeoutMs: 1_000 }) readPage() {}
  @Step() writePage() {}
  @Terminate() isDone() {
    return this.cursor > 9;
  }
  @OnStart() open() {}
}

abstract class Audited extends Paged {
  @State({ secret: true }) trail: string[] = [];
  @Step() audit() {}
  @OnStart() openTrail() {}
}

@LongRunning(times)
class Reconcile extends Audited {
  @State() totals = 0;
  @Step() repair() {}
  @OnComplete() report() {}
}

const methodsOf = (job: new () => object) => readJob(job).steps.map(({ method }) => method);

describe('A job that extends other classes', () => {
  it("A job that extends other classes has their steps before its own, the base class's first", () => {
    expect(methodsOf(Reconcile)).toEqual(['readPage', 'writePage', 'audit', 'repair']);
  });

  it('A job that extends other classes has their state and their predicate', () => {
    const { state, terminate } = readJob(Reconcile);
    expect(state.map(({ field }) => field)).toEqual(['cursor', 'trail', 'totals']);
    expect(state.map(({ secret }) => secret)).toEqual([false, true, false]);
    expect(terminate).toEqual({ method: 'isDone', check: 'cycle' });
  });

  it('A job that extends other classes has the most derived of their hooks', () => {
    expect(readJob(Reconcile).hooks).toEqual({ onStart: 'openTrail', onComplete: 'report' });
  });

  it('A job that extends other classes has the hook that it declares again, even under the name of an older one', () => {
    @LongRunning(times)
    class Again extends Audited {
      @OnStart() override open() {}
    }
    expect(readJob(Again).hooks).toEqual({ onStart: 'open' });
  });

  it('A job that extends other classes keeps place and options of a step that it only overrides', () => {
    @LongRunning(times)
    class Quiet extends Paged {
      override readPage() {}
    }
    expect(methodsOf(Quiet)).toEqual(['readPage', 'writePage']);
    expect(readJob(Quiet).steps[0]?.timeoutMs).toBe(1_000);
  });

  it('A job that extends other classes keeps the place of a step that it declares again, with the new options only', () => {
    @LongRunning(times)
    class Once extends Paged {
      @Step() prepare() {}
      @Step({ once: true }) override readPage() {}
    }
    expect(methodsOf(Once)).toEqual(['readPage', 'writePage', 'prepare']);
    expect(readJob(Once).steps[0]).toMatchObject({ once: true, timeoutMs: undefined });
  });

  it('A job that extends other classes may declare an inherited predicate and an inherited field again', () => {
    @LongRunning(times)
    class Again extends Paged {
      @State({ secret: true }) override cursor = 1;
      @Terminate({ check: 'step' }) override isDone() {
        return true;
      }
    }
    const { state, terminate } = readJob(Again);
    expect(state).toEqual([{ field: 'cursor', codec: undefined, secret: true }]);
    expect(terminate).toEqual({ method: 'isDone', check: 'step' });
  });

  it('A job that extends other classes has one predicate, counting the inherited one', () => {
    @LongRunning(times)
    class Double extends Paged {
      @Terminate() isOver() {
        return true;
      }
    }
    expect(faultsOf(Double)).toEqual([
      'class Double has 2 @Terminate methods, Paged.isDone and Double.isOver.\n→ Keep one, and let it ask all questions.',
    ]);
  });

  it('A job that extends other classes does not replace an inherited method by something else', () => {
    @LongRunning(times)
    class Reconciled extends Paged {}
    Object.defineProperty(Reconciled.prototype, 'readPage', {
      get() {
        throw new Error('never read');
      },
    });
    expect(faultsOf(Reconciled)).toEqual([
      '@Step on Paged.readPage is no method any more: a subclass has replaced it by something else.\n→ Override readPage with a method, or rename what replaces it.',
    ]);
  });

  it('A job that extends other classes says in which class a fault is', () => {
    class Base {
      @Step({ timeoutMs: -1 }) readPage() {}
    }
    @LongRunning(times)
    class Reconciled extends Base {
      @Terminate() isDone() {
        return true;
      }
    }
    expect(faultsOf(Reconciled)[0]).toMatch(/^@Step on Base\.readPage: timeoutMs \(-1\)/);
  });

  it('A job that extends other classes may mix classes in', () => {
    // biome-ignore lint/suspicious/noExplicitAny: a mixin's constructor has any parameters
    const withPages = <Base extends new (...args: any[]) => object>(base: Base) => {
      class WithPages extends base {
        @State() page = 0;
        @Step() turn() {}
      }
      return WithPages;
    };
    class Closing {
      @Terminate() isDone() {
        return true;
      }
    }
    @LongRunning(times)
    class Invoices extends withPages(Closing) {
      @Step() send() {}
    }
    @LongRunning(times)
    class Reminders extends withPages(Closing) {
      @Step() remind() {}
    }
    expect(methodsOf(Invoices)).toEqual(['turn', 'send']);
    expect(methodsOf(Reminders)).toEqual(['turn', 'remind']);
  });
});

describe('What a class declares', () => {
  it('What a class declares never shows in its base class', () => {
    const base = class extends Paged {};
    LongRunning({ ...times, name: 'base' })(base);
    expect(readJob(base)).toMatchObject({ state: [{ field: 'cursor' }], hooks: { onStart: 'open' } });
    expect(methodsOf(base)).toEqual(['readPage', 'writePage']);
  });

  it('What a class declares never shows in a sibling', () => {
    @LongRunning(times)
    class Sibling extends Audited {
      @Step() archive() {}
    }
    expect(methodsOf(Sibling)).toEqual(['readPage', 'writePage', 'audit', 'archive']);
    expect(methodsOf(Reconcile)).toEqual(['readPage', 'writePage', 'audit', 'repair']);
  });
});
