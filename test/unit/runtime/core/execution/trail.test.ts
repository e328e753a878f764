import { beginRun, describeRun, emptyTrail, isTrail } from '../../../../../src/runtime/core/execution/trail';
import { makeExecution, makePlan, startMs } from '../core.helpers';

describe('the trail of an execution', () => {
  it('The trail of an execution is empty when it starts', () => {
    expect(emptyTrail).toEqual({});
    expect(isTrail(emptyTrail)).toBe(true);
  });

  it('The trail of an execution may say anything, but is a record', () => {
    expect(isTrail({ anything: 1 })).toBe(true);
    for (const value of [null, undefined, 'trail', [], 7]) expect(isTrail(value)).toBe(false);
  });

  it('The trail of an execution says how its last invocation began: by which delivery, on which code, and with which counts', () => {
    const facts = describeRun({ awsRequestId: 'r', functionVersion: '7' }, true, startMs);
    expect(facts).toEqual({ startedAtMs: startMs, requestId: 'r', isCold: true, version: '7' });
    const before = makeExecution(makePlan(), {
      ...{ stepCount: 4, failedAttemptCount: 2, costUsd: 0.5 },
      trail: { carried: { trace: '1' }, hasDied: true },
    });
    expect(beginRun(before, facts)).toEqual({
      ...before,
      trail: {
        carried: { trace: '1' },
        run: { ...facts, stepCount: 4, failedAttemptCount: 2, costUsd: 0.5 },
      },
    });
  });
});
