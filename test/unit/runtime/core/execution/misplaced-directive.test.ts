import { InvalidDirectiveError } from '../../../../../src/errors';
import {
  complete,
  type Directive,
  goTo,
  misplacedDirectiveError,
  showDirective,
  startChildren,
  wait,
  waitForSignal,
  waitUntil,
} from '../../../../../src/runtime/core/execution/directives';
import { makePlan } from '../core.helpers';

/** What a caller without types may give. */
const any = (value: unknown) => value as never;

describe('showDirective', () => {
  it.each<[Directive, string]>([
    [goTo('read'), 'goTo("read")'],
    [goTo(any(7)), 'goTo(7)'],
    [goTo(any(null)), 'goTo(null)'],
    [goTo(any(undefined)), 'goTo(undefined)'],
    [goTo(any(true)), 'goTo(true)'],
    [goTo(any(Symbol('read'))), 'goTo(a value of type symbol)'],
    [goTo(any({})), 'goTo(a value of type object)'],
    [wait({ seconds: 5 }), 'wait({ seconds: 5 })'],
    [wait({ seconds: 5, goTo: 'read' }), 'wait({ seconds: 5, goTo: "read" })'],
    [waitUntil(new Date(7)), 'waitUntil(epoch 7 ms)'],
    [waitUntil(new Date('never')), 'waitUntil(an invalid date)'],
    [waitUntil(new Date(7), { goTo: 'read' }), 'waitUntil(epoch 7 ms, { goTo: "read" })'],
    [waitForSignal('approved'), 'waitForSignal("approved")'],
    [waitForSignal('approved', { timeoutSeconds: 5 }), 'waitForSignal("approved", { timeoutSeconds: 5 })'],
    [startChildren([], { job: 'Part' }), 'startChildren(…)'],
    [complete({ secret: 1 }), 'complete(…)'],
  ])('showDirective shows %j as %s', (directive, text) => {
    expect(showDirective(directive)).toBe(text);
  });
});

describe('misplacedDirectiveError', () => {
  it('misplacedDirectiveError says which method gave what, and where it belongs', () => {
    const error = misplacedDirectiveError(makePlan(), 'onApproved', wait({ seconds: 5 }));
    expect(error).toBeInstanceOf(InvalidDirectiveError);
    expect(error.details).toEqual({ method: 'onApproved' });
    expect(error.message).toMatchInlineSnapshot(`
"onApproved of job Reconcile gave wait({ seconds: 5 }), and only a step can steer an execution.
→ Return it from a method with @Step, and nothing of the kind from onApproved."
`);
  });
});
