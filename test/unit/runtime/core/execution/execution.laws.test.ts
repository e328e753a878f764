import fc from 'fast-check';
import { BatonError } from '../../../../../src/errors';
import { apply, type Outcome } from '../../../../../src/runtime/core/execution/apply';
import { type Decision, decide, type Situation } from '../../../../../src/runtime/core/execution/decide';
import {
  complete,
  type Directive,
  goTo,
  wait,
  waitUntil,
} from '../../../../../src/runtime/core/execution/directives';
import {
  beginExecution,
  type Execution,
  nameUnit,
  noStep,
} from '../../../../../src/runtime/core/execution/execution';
import type { JobPlan } from '../../../../../src/runtime/core/execution/job-plan';
import {
  describeContinuation,
  readContinuation,
  resumeExecution,
} from '../../../../../src/runtime/core/message/continuation';
import { freezeInDepth } from '../../../../../src/runtime/core/state/freeze-in-depth';
import { makePlan, startMs } from '../core.helpers';

const methods = ['open', 'read', 'repair', 'report'];

const plans = fc
  .record({
    steps: fc.array(fc.record({ once: fc.boolean(), minBudgetMs: fc.constantFrom(0, 0, 2_000) }), {
      minLength: 1,
      maxLength: 4,
    }),
    check: fc.constantFrom('cycle' as const, 'step' as const),
    hooks: fc.constantFrom(
      {},
      { onStart: 'prepare' },
      { onComplete: 'sum' },
      { onStart: 'prepare', onComplete: 'sum' },
    ),
  })
  .map(({ steps, ...rest }) =>
    makePlan({ ...rest, steps: steps.map((step, index) => ({ ...step, method: methods[index] ?? '' })) }),
  );

const directives: fc.Arbitrary<Directive | undefined> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(undefined) },
  fc.constantFrom(...methods, 'nowhere').map(goTo),
  fc.oneof(fc.double(), fc.integer({ min: 0, max: 2_000 })).map((seconds) => wait({ seconds })),
  fc
    .oneof(
      fc.date({ noInvalidDate: false }),
      fc.integer({ min: 0, max: 90_000 }).map((ms) => new Date(startMs + ms)),
    )
    .map(waitUntil),
  fc.jsonValue().map(complete),
);

/** What happens next, as far as the phase allows it: `isDone` counts in a check only, a directive in a step only. */
const happenings = fc.record({
  what: fc.constantFrom('finish', 'finish', 'finish', 'yield', 'fail', 'interrupt', 'hand-off'),
  isDone: fc.boolean(),
  directive: directives,
  passedMs: fc.integer({ min: 0, max: 5_000 }),
  delayMs: fc.integer({ min: 0, max: 60_000 }),
  remainingMs: fc.integer({ min: -100, max: 20_000 }),
  maxDelaySeconds: fc.constantFrom(0, 900),
});
type Happening = typeof happenings extends fc.Arbitrary<infer Value> ? Value : never;

/** What an invocation of the loop would feed back for this happening; undefined when it hands over. */
function outcomeOf(
  execution: Execution,
  { what, isDone, directive, delayMs }: Happening,
  nowMs: number,
): Outcome | undefined {
  switch (what) {
    case 'finish':
      return execution.phase === 'check'
        ? { kind: 'checked', isDone }
        : { kind: 'finished', directive, nowMs };
    case 'yield':
      return execution.phase === 'check' ? { kind: 'checked', isDone: false } : { kind: 'yielded' };
    case 'fail':
      return { kind: 'failed', retryAtMs: nowMs + delayMs };
    case 'interrupt':
      return { kind: 'interrupted', interruption: { ending: 'hard-edge', unit: '' }, count: 1 };
    default:
      return undefined;
  }
}

type Visit = (before: Execution, after: Execution, outcome: Outcome) => void;

/** Every execution that these happenings lead through, beginning with the first. */
function live(plan: JobPlan, story: readonly Happening[], visit: Visit = () => {}): Execution[] {
  let execution = freezeInDepth(beginExecution(plan, 'execution-1', startMs));
  const path = [execution];
  let nowMs = startMs;
  for (const happening of story) {
    nowMs += happening.passedMs;
    const decision = decide(
      plan,
      execution,
      freezeInDepth<Situation>({ nowMs, freshBudgetMs: 30_000, ...happening }),
    );
    if (decision.kind === 'complete' || decision.kind === 'fail') break;
    if (decision.kind !== 'run') continue;
    const isEnd =
      (execution.phase === 'complete' || execution.phase === 'completing') && happening.what === 'finish';
    if (isEnd) break;
    const outcome = outcomeOf(execution, happening, nowMs);
    const next =
      outcome === undefined
        ? { ...execution, invocation: execution.invocation + 1 }
        : tryToApply(plan, execution, outcome);
    if (next === undefined) break;
    if (outcome !== undefined) visit(execution, next, outcome);
    execution = freezeInDepth(next);
    path.push(execution);
  }
  return path;
}

/** The successor; undefined when the directive was refused. Anything but a typed refusal fails the law. */
function tryToApply(plan: JobPlan, execution: Execution, outcome: Outcome): Execution | undefined {
  try {
    return apply(plan, execution, outcome);
  } catch (error) {
    expect(BatonError.is(error) && error.code).toBe('INVALID_DIRECTIVE');
    return undefined;
  }
}

function travel(plan: JobPlan, execution: Execution, input: unknown = null): Execution {
  return resumeExecution(
    plan,
    readContinuation(plan, JSON.parse(JSON.stringify(describeContinuation(plan, execution, input)))),
  );
}

const stories = fc.array(happenings, { maxLength: 60 });
const runs = { numRuns: 500 };

describe('an execution, whatever happens to it', () => {
  it('An execution, whatever happens to it, never loses a cycle, a safe point, a step or a failed attempt that was counted', () => {
    fc.assert(
      fc.property(plans, stories, (plan, story) => {
        live(plan, story, (before, after) => {
          for (const count of [
            'cycle',
            'safePointCount',
            'stepCount',
            'failedAttemptCount',
            'invocation',
          ] as const) {
            expect(after[count]).toBeGreaterThanOrEqual(before[count]);
          }
        });
      }),
      runs,
    );
  });

  it('An execution, whatever happens to it, passes exactly one safe point with a finished unit or a yield, and none with a check, a failure or an interruption', () => {
    fc.assert(
      fc.property(plans, stories, (plan, story) => {
        live(plan, story, (before, after, { kind }) => {
          const passed = kind === 'finished' || kind === 'yielded' ? 1 : 0;
          expect(after.safePointCount - before.safePointCount).toBe(passed);
        });
      }),
      runs,
    );
  });

  it('An execution, whatever happens to it, always stands at something that can be run, or at the end of a job whose every step is once', () => {
    fc.assert(
      fc.property(plans, stories, (plan, story) => {
        for (const execution of live(plan, story)) {
          if (execution.stepIndex === noStep) {
            expect(plan.steps.every(({ once }) => once)).toBe(true);
            expect(execution.cycle).toBeGreaterThan(1);
          } else {
            expect(plan.steps[execution.stepIndex]).toBeDefined();
          }
          const isNamed = nameUnit(plan, execution) !== '';
          const isNameless =
            execution.phase === 'complete' ||
            execution.phase === 'completing' ||
            (execution.phase === 'step' && execution.stepIndex === noStep);
          expect(isNamed || isNameless).toBe(true);
        }
      }),
      runs,
    );
  });

  it('An execution, whatever happens to it, runs a once step after the first cycle only when a goTo asked for it', () => {
    fc.assert(
      fc.property(plans, stories, (plan, story) => {
        live(plan, story, (_before, after, outcome) => {
          const isAsked = outcome.kind === 'finished' && outcome.directive?.kind === 'go-to';
          if (
            outcome.kind !== 'finished' ||
            isAsked ||
            after.phase === 'complete' ||
            after.phase === 'completing' ||
            after.stepIndex === noStep
          )
            return;
          expect(after.cycle === 1 || plan.steps[after.stepIndex]?.once === false).toBe(true);
        });
      }),
      runs,
    );
  });

  it('An execution, whatever happens to it, decides and moves on the same way when it is asked again', () => {
    fc.assert(
      fc.property(plans, stories, (plan, story) => {
        expect(live(plan, story)).toEqual(live(plan, story));
      }),
      runs,
    );
  });

  it('An execution, whatever happens to it, is the same after it has travelled, wherever it stood', () => {
    fc.assert(
      fc.property(plans, stories, fc.jsonValue(), (plan, story, input) => {
        for (const execution of live(plan, story))
          expect(travel(plan, execution, input)).toEqual(plainly(execution));
      }),
      runs,
    );
  });

  it('An execution, whatever happens to it, continues in the same way after it has travelled', () => {
    fc.assert(
      fc.property(plans, stories, happenings, (plan, story, next) => {
        const here = live(plan, story).at(-1) as Execution;
        const there = freezeInDepth(travel(plan, here));
        const nowMs = startMs + 300_000;
        const facts: Situation = {
          nowMs,
          remainingMs: next.remainingMs,
          maxDelaySeconds: next.maxDelaySeconds,
          freshBudgetMs: 30_000,
        };
        expect(comparable(decide(plan, there, facts))).toEqual(comparable(decide(plan, here, facts)));
        const outcome = outcomeOf(here, next, nowMs);
        if (outcome !== undefined)
          expect(tryToApply(plan, there, outcome)).toEqual(plainly(tryToApply(plan, here, outcome)));
      }),
      runs,
    );
  });

  it('An execution, whatever happens to it, takes any position that a plan with other steps, or in another order, still has', () => {
    fc.assert(
      fc.property(plans, stories, (plan, story) => {
        const reordered = makePlan({
          ...plan,
          check: plan.terminate.check,
          steps: [...plan.steps].reverse(),
        });
        for (const execution of live(plan, story)) {
          const moved = resumeExecution(
            reordered,
            readContinuation(reordered, describeContinuation(plan, execution, null)),
          );
          expect(reordered.steps[moved.stepIndex]?.method).toBe(plan.steps[execution.stepIndex]?.method);
        }
      }),
      runs,
    );
  });
});

/** JSON has no -0 in a result; nothing else may differ. */
function plainly(execution: Execution | undefined): Execution | undefined {
  if (execution?.result === undefined) return execution;
  return { ...execution, result: JSON.parse(JSON.stringify(execution.result)) };
}

function comparable(decision: Decision): unknown {
  return decision.kind === 'fail' ? { kind: 'fail', message: (decision.error as Error).message } : decision;
}
