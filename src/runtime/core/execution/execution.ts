import type { Among, Phase } from './among';
import type { Interruption } from './interruption';
import type { JobPlan } from './job-plan';
import { type Chain, firstChain, firstLine, type Line, type Stall } from './line';
import { emptyTrail, type Trail } from './trail';
import { readLastRun, type Undo } from './undo';

export type { Phase };

/** One logical run of a job, over as many invocations as it takes. Plain data: this is what travels between invocations. */
export interface Execution {
  readonly executionId: string;
  readonly startedAtMs: number;
  /** Number of the current Lambda call, from 1. */
  readonly invocation: number;
  readonly phase: Phase;
  /** Number of the pass through the steps, from 1. */
  readonly cycle: number;
  /** Index of the next step in the plan; `noStep` when this cycle has none. */
  readonly stepIndex: number;
  /** Number of the next try of the current unit of work, from 1. */
  readonly attempt: number;
  /** Safe points passed in all: what `idempotencyKey` counts. */
  readonly safePointCount: number;
  /** Nothing starts before this time, in epoch milliseconds; 0 when there is nothing to wait for. */
  readonly resumeAtMs: number;
  /** Whether `resumeAtMs` comes from a `wait` directive (and not from a retry delay). */
  readonly isWaiting: boolean;
  /** The value given to `complete(value)`, kept for `@OnComplete` and the answer. */
  readonly result: unknown;
  /** Steps finished, for logs and summaries. */
  readonly stepCount: number;
  /** Attempts that failed, for logs and summaries. */
  readonly failedAttemptCount: number;
  /** Hand-offs in a row that reached no safe point, made no attempt and were no wait. */
  readonly idleInvocationCount: number;
  /** Attempts in a row that were cut off without a failure of their own and with no safe point between them. */
  readonly interruptionCount: number;
  /** The last of them; null when there is none. */
  readonly interruption: Interruption | null;
  /** What AWS's recursion detection counts. */
  readonly chain: Chain;
  /** What it has cost up to the last checkpoint, in US dollars at list price. */
  readonly costUsd: number;
  /** Whether the last hand-offs led anywhere; null before the first, and after a wait. */
  readonly stall: Stall | null;
  /** What the line of invocations has gone through: no step changes it. */
  readonly line: Line;
  /** What is told of it, and decides nothing. */
  readonly trail: Trail;
  /** What it has to do with others: signals, children, slots. @defaultValue nothing */
  readonly among?: Among | undefined;
  /** What is undone should it fail or be cancelled. @defaultValue nothing */
  readonly undo?: Undo | undefined;
}

/** The `stepIndex` of a cycle in which there is nothing to run: what `findIndex` answers when it finds nothing. */
export const noStep = -1;

/** What an execution has behind it before it begins: nothing. */
export const unspent = Object.freeze({
  safePointCount: 0,
  resumeAtMs: 0,
  isWaiting: false,
  result: undefined,
  stepCount: 0,
  failedAttemptCount: 0,
  idleInvocationCount: 0,
  interruptionCount: 0,
  interruption: null,
  chain: firstChain,
  costUsd: 0,
  stall: null,
});

/** The first moment of an execution. */
export function beginExecution(plan: JobPlan, executionId: string, nowMs: number): Execution {
  return {
    executionId,
    startedAtMs: nowMs,
    invocation: 1,
    phase: plan.hooks.onStart === undefined ? 'check' : 'start',
    cycle: 1,
    stepIndex: 0,
    attempt: 1,
    ...unspent,
    line: firstLine,
    trail: emptyTrail,
  };
}

/** The name of the method that runs next, for logs, errors and `ctx.step`. */
export function nameUnit(plan: JobPlan, execution: Execution): string {
  switch (execution.phase) {
    case 'start':
      return plan.hooks.onStart ?? '';
    case 'check':
      return plan.terminate.method;
    case 'step':
      return plan.steps[execution.stepIndex]?.method ?? '';
    case 'signal':
    case 'child-end':
      return execution.among?.interlude?.method ?? '';
    case 'compensate': {
      const run = execution.undo && readLastRun(execution.undo);
      return plan.steps.find(({ method }) => method === run?.step)?.compensate ?? '';
    }
    case 'complete':
    case 'completing':
      return plan.hooks.onComplete ?? plan.terminate.method;
  }
}

/** A place in the plan. */
export type Place = Pick<Execution, 'cycle' | 'phase' | 'stepIndex'>;

/** The place after this step; after the last one the next cycle begins. */
export function findNext(plan: JobPlan, execution: Execution): Place {
  const stepIndex = findStep(plan, execution.stepIndex + 1, execution.cycle);
  if (stepIndex !== noStep) return { cycle: execution.cycle, stepIndex, phase: phaseBeforeStep(plan) };
  const cycle = execution.cycle + 1;
  return { cycle, stepIndex: findStep(plan, 0, cycle), phase: 'check' };
}

export function phaseBeforeStep(plan: JobPlan): 'check' | 'step' {
  return plan.terminate.check === 'step' ? 'check' : 'step';
}

function findStep(plan: JobPlan, from: number, cycle: number): number {
  for (let index = from; index < plan.steps.length; index += 1) {
    if (cycle === 1 || plan.steps[index]?.once !== true) return index;
  }
  return noStep;
}
