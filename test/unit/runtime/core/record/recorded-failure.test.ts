import { ExecutionFailedError } from '../../../../../src/errors';
import { recordedFailureError } from '../../../../../src/runtime/core/record/fresh';
import { makeRecord } from '../core.helpers';

const { continuation } = makeRecord();
const recorded = { name: 'TypeError', message: 'rows is undefined\n→ Look at the input.', code: 'ROWS' };

describe('recordedFailureError', () => {
  it('recordedFailureError tells what happened without its advice, which was for another moment', () => {
    expect(recordedFailureError(continuation, recorded).message).toMatchInlineSnapshot(`
"Execution execution-1 of job Reconcile has failed: TypeError: rows is undefined
→ Redrive it when its cause is fixed, or start it again under another id."
`);
  });

  it('recordedFailureError says where it failed, with the recorded error as its cause', () => {
    const error = recordedFailureError(continuation, recorded);
    expect(error).toBeInstanceOf(ExecutionFailedError);
    expect(error.details).toEqual({
      executionId: 'execution-1',
      job: 'Reconcile',
      invocation: 3,
      step: 'read',
    });
    expect(error.cause).toBe(recorded);
  });

  it('recordedFailureError names no step in a cycle in which there is nothing to run', () => {
    expect(recordedFailureError({ ...continuation, step: null }, recorded).details).toMatchObject({
      step: '',
    });
  });
});
