import {
  beginExecution,
  nameUnit,
  noStep,
  type Phase,
} from '../../../../../src/runtime/core/execution/execution';
import { makeExecution, makePlan, startMs } from '../core.helpers';

describe('beginExecution', () => {
  it('beginExecution stands at the first invocation, before @Terminate, with nothing counted', () => {
    expect(beginExecution(makePlan(), 'nightly-7', startMs)).toEqual({
      executionId: 'nightly-7',
      startedAtMs: startMs,
      invocation: 1,
      phase: 'check',
      cycle: 1,
      stepIndex: 0,
      attempt: 1,
      safePointCount: 0,
      resumeAtMs: 0,
      isWaiting: false,
      result: undefined,
      stepCount: 0,
      failedAttemptCount: 0,
      idleInvocationCount: 0,
      interruptionCount: 0,
      interruption: null,
      chain: { length: 0, setting: null },
      line: { pin: null, wakeUpCount: 0, deathCount: 0, recovery: 0 },
      costUsd: 0,
      stall: null,
      trail: {},
    });
  });

  it('beginExecution begins with @OnStart when there is one', () => {
    expect(beginExecution(makePlan({ hooks: { onStart: 'prepare' } }), 'nightly-7', startMs).phase).toBe(
      'start',
    );
  });
});

describe('nameUnit', () => {
  const bare = makePlan();
  const hooked = makePlan({ hooks: { onStart: 'prepare', onComplete: 'sum' } });

  it.each<[Phase, string, string]>([
    ['start', 'prepare', ''],
    ['check', 'isDone', 'isDone'],
    ['step', 'repair', 'repair'],
    ['complete', 'sum', 'isDone'],
  ])('nameUnit names in phase %s: %j, and without hooks %j', (phase, withHooks, without) => {
    const names = [hooked, bare].map((plan) => nameUnit(plan, makeExecution(plan, { phase, stepIndex: 1 })));
    expect(names).toEqual([withHooks, without]);
  });

  it('nameUnit names nothing in a cycle in which there is nothing to run', () => {
    expect(nameUnit(bare, makeExecution(bare, { stepIndex: noStep }))).toBe('');
  });
});
