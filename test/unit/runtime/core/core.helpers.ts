import type { Batch } from '../../../../src/runtime/core/execution/among';
import { beginExecution, type Execution } from '../../../../src/runtime/core/execution/execution';
import type { JobPlan, Limits, StepPlan } from '../../../../src/runtime/core/execution/job-plan';
import { defaultRetryPolicy } from '../../../../src/runtime/core/execution/retry-policy';
import { type Continuation, describeContinuation } from '../../../../src/runtime/core/message/continuation';
import type { ExecutionRecord } from '../../../../src/runtime/core/record/execution-record';
import { freezeInDepth } from '../../../../src/runtime/core/state/freeze-in-depth';

/** When every execution of these tests starts, in epoch milliseconds. */
export const startMs = 1_800_000_000_000;

/** What a test says about a plan; everything else is a default. */
export interface PlanParts extends Partial<Omit<JobPlan, 'limits' | 'steps' | 'terminate'>> {
  readonly steps?: readonly (string | (Partial<StepPlan> & { readonly method: string }))[];
  readonly check?: 'cycle' | 'step';
  readonly limits?: Partial<Limits>;
}

/** A frozen plan of a job `Reconcile` with the steps `read`, `repair` and `report`, unless the parts say otherwise. */
export function makePlan({
  steps = ['read', 'repair', 'report'],
  check = 'cycle',
  limits,
  ...parts
}: PlanParts = {}): JobPlan {
  return freezeInDepth<JobPlan>({
    jobClass: class Reconcile {},
    name: 'Reconcile',
    version: 1,
    migrations: {},
    safeMs: 1_000,
    intervalMs: 100,
    reserveMs: 250,
    limits: {
      maxInvocations: 1_000,
      maxDurationMs: 604_800_000,
      maxIdleInvocations: 3,
      maxInterruptions: 2,
      maxStalledInvocations: 50,
      maxCostUsd: undefined,
      ...limits,
    },
    durability: undefined,
    continueOn: undefined,
    input: undefined,
    steps: steps.map(makeStep),
    state: [],
    terminate: { method: 'isDone', check },
    hooks: {},
    ...parts,
  });
}

/** An execution of a plan, right before its step `read` (or whatever comes first), with the given differences. Frozen. */
export function makeExecution(plan: JobPlan, parts: Partial<Execution> = {}): Execution {
  return freezeInDepth<Execution>({
    ...beginExecution(plan, 'execution-1', startMs),
    phase: 'step',
    ...parts,
  });
}

/** A batch of three children of which nothing is known yet, with the given differences. Frozen. */
export function makeBatch(parts: Partial<Batch> = {}): Batch {
  return freezeInDepth<Batch>({
    ...{ number: 1, epoch: 4, total: 3, next: 0, running: [], due: [], failures: [] },
    ...{ completed: 0, failed: 0, cancelled: 0, concurrency: 2, maxFailures: 0 },
    ...{ job: 'Part', step: 'read' },
    ...parts,
  });
}

/** The record of invocation 3 of an execution that stands before its step `read`, with the given differences. Frozen. */
export function makeRecord(
  parts: Partial<ExecutionRecord> = {},
  continued: Partial<Continuation> = {},
): ExecutionRecord {
  const plan = makePlan();
  return freezeInDepth<ExecutionRecord>({
    epoch: 4,
    writeCount: 7,
    invocation: 3,
    handedOffTo: null,
    owner: 'delivery-3',
    leaseUntilMs: startMs + 10_000,
    isCancelRequested: false,
    stateChecksum: 'sum',
    outcome: null,
    continuation: {
      ...describeContinuation(plan, makeExecution(plan, { invocation: 3 }), { month: '2026-11' }),
      ...continued,
    },
    ...parts,
  });
}

/** The error that a call throws; fails the test when it throws none. */
export function catchError(
  call: () => unknown,
): Error & { readonly code?: string; readonly details?: unknown } {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

/** The message of the error that a call throws. */
export function messageOf(call: () => unknown): string {
  return catchError(call).message;
}

function makeStep(step: string | (Partial<StepPlan> & { readonly method: string })): StepPlan {
  const parts = typeof step === 'string' ? { method: step } : step;
  return { once: false, retry: defaultRetryPolicy, timeoutMs: undefined, minBudgetMs: 0, ...parts };
}
