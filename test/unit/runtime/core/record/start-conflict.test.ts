import { ExecutionConflictError } from '../../../../../src/errors';
import { conflictError, isSameStart } from '../../../../../src/runtime/core/record/fresh';
import { makeRecord } from '../core.helpers';

describe('isSameStart', () => {
  it('isSameStart takes the input that the job sees for the same, whatever the order of its keys', () => {
    const record = makeRecord({}, { input: { month: '2026-11', rows: [1, 2] } });
    expect(isSameStart(record, { rows: [1, 2], month: '2026-11' })).toBe(true);
    expect(isSameStart(record, { rows: [2, 1], month: '2026-11' })).toBe(false);
  });

  it('isSameStart takes the input as it was sent for the same, when the job’s input option made something else of it', () => {
    const record = makeRecord({ receivedInput: { month: '11' } }, { input: { month: 11 } });
    expect(isSameStart(record, { month: '11' })).toBe(true);
    expect(isSameStart(record, { month: 11 })).toBe(true);
    expect(isSameStart(record, { month: '12' })).toBe(false);
  });

  it('isSameStart takes no input for the one that was sent when only the job’s was recorded', () => {
    expect(isSameStart(makeRecord(), undefined)).toBe(false);
  });
});

describe('conflictError', () => {
  const record = makeRecord();

  it('conflictError says of the same job that its id was used with another input', () => {
    const error = conflictError(record, 'Reconcile');
    expect(error).toBeInstanceOf(ExecutionConflictError);
    expect(error.details).toEqual({ executionId: 'execution-1', job: 'Reconcile' });
    expect(error.message).toMatchInlineSnapshot(`
"Execution execution-1 of job Reconcile cannot be started: its id was used before with another input.
→ Choose an id that names the work, such as a date or an order number, and give each piece of work its own."
`);
  });

  it('conflictError names the other job that used the id', () => {
    expect(conflictError(record, 'Backfill').message).toMatchInlineSnapshot(`
"Execution execution-1 of job Backfill cannot be started: its id was used before by job Reconcile.
→ Choose an id that names the work, such as a date or an order number, and give each piece of work its own."
`);
  });
});
