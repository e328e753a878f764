import { LongRunning, OnFailure, Step, Terminate } from '../../../src/decorators';
import { readJob } from '../../../src/metadata/read-job';
import { loosely, times } from './define-job';
import { faultsOf } from './faults-of';

/** A class whose only step is undone by `compensate`. */
function define(compensate: unknown) {
  class Base {
    inherited() {}
  }

  @LongRunning(times)
  class Reconcile extends Base {
    field = () => {};
    @Step(loosely({ compensate })) reserve() {}
    @Step() other() {}
    release() {}
    @OnFailure() failed() {}
    @Terminate() isDone() {
      return true;
    }
  }
  return Reconcile;
}

const where = '@Step on Reconcile.reserve: compensate';

describe('The compensate option of @Step', () => {
  it.each(['release', 'inherited'])(
    'The compensate option of @Step takes a method without a decorator: %s',
    (name) => {
      expect(readJob(define(name)).steps.map(({ compensate }) => compensate)).toEqual([name, undefined]);
    },
  );

  it.each<[unknown, string]>([
    [7, `${where} (7) must be the name of a method.`],
    ['', `${where} ("") must be the name of a method.`],
    ['relaese', `${where} ("relaese") is no method of the class; did you mean release?`],
    ['nothing', `${where} ("nothing") is no method of the class.`],
    ['field', `${where} ("field") is no method of the class.`],
    ['constructor', `${where} ("constructor") is no method of the class.`],
    ['other', `${where} ("other") is @Step, which undoes nothing.`],
    ['reserve', `${where} ("reserve") is @Step, which undoes nothing.`],
    ['failed', `${where} ("failed") is @OnFailure, which undoes nothing.`],
    ['isDone', `${where} ("isDone") is @Terminate, which undoes nothing.`],
  ])('The compensate option of @Step refuses %j', (compensate, problem) => {
    const [fault, ...others] = faultsOf(define(compensate));
    expect(others).toEqual([]);
    expect(fault?.split('\n→ ')[0]).toBe(problem);
  });
});
