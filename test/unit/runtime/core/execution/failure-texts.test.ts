import { HandOffFailedError, InvalidJobError } from '../../../../../src/errors';
import {
  describeParked,
  endlessCycleError,
  unreachableWaitError,
} from '../../../../../src/runtime/core/execution/failure-texts';
import { makeExecution, makePlan } from '../core.helpers';

const plan = makePlan();

describe('describeParked', () => {
  const cause = new Error('recursion');
  const error = describeParked(plan, makeExecution(plan, { invocation: 15 }), 'reconcile-prod', cause);

  it('describeParked is a failed hand-off by recursion, with its cause', () => {
    expect(error).toBeInstanceOf(HandOffFailedError);
    expect(error.details).toEqual({ channel: 'lambda', failure: 'recursion' });
    expect(error.cause).toBe(cause);
  });

  it('describeParked says why, and both commands that let it go on', () => {
    expect(error.message).toMatchInlineSnapshot(`
"Execution execution-1 of job Reconcile is parked before invocation 15: AWS ends a chain of about 16 invocations of one function by each other, as the recursion setting of reconcile-prod is Terminate.
→ aws lambda put-function-recursion-config --function-name reconcile-prod --recursive-loop Allow; then: baton redrive execution-1 --function reconcile-prod"
`);
  });
});

describe('unreachableWaitError', () => {
  it('unreachableWaitError is a refused hand-off that says how long the wait is, how long an invocation, and what is missing', () => {
    const error = unreachableWaitError(plan, 3_600_000, 59_000.7);
    expect(error).toBeInstanceOf(HandOffFailedError);
    expect(error.details).toEqual({ channel: 'sqs', failure: 'refused' });
    expect(error.message).toMatchInlineSnapshot(`
"Job Reconcile has to wait 3600000 ms, an invocation has 59000 ms, and there is no queue to wait in.
→ Set BATON_QUEUE_URL to a standard SQS queue that triggers this function (a FIFO queue cannot delay single messages), or BATON_SCHEDULER_ROLE_ARN."
`);
  });

  it('unreachableWaitError says 0 ms of an invocation that is shorter than its safe window', () => {
    expect(unreachableWaitError(plan, 1, -500).message).toContain('an invocation has 0 ms');
  });
});

describe('endlessCycleError', () => {
  it('endlessCycleError is a fault of the job, and names the cycle and @Terminate’s method', () => {
    const error = endlessCycleError(plan, makeExecution(plan, { cycle: 2 }));
    expect(error).toBeInstanceOf(InvalidJobError);
    expect(error.message).toMatchInlineSnapshot(`
"Job Reconcile has nothing to run in cycle 2: every step is once, and @Terminate isDone is not true.
→ Take "once" off a step, or let isDone answer true after the first cycle."
`);
  });
});
