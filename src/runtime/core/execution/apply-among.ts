import {
  type Among,
  alone,
  type Interlude,
  type KeptSignal,
  type Sleep,
  type SlotClaim,
  type WakeReason,
} from './among';
import { countChildren, isBatchOver } from './children';
import type { Execution, Phase } from './execution';
import type { JobPlan } from './job-plan';

/** The most signals that are kept, once `@OnSignal` was called for them, for a wait that may come. */
const maxHandled = 1_000;

/** A signal as the inbox has it. */
interface ReadSignal {
  readonly slot: number;
  readonly name: string;
}

/** Whether the execution stands in a unit of work between two others. */
export function isInterlude(phase: Phase): boolean {
  return phase === 'signal' || phase === 'child-end';
}

/** Safe points in all, those of interludes included: what tells whether there is something new to store. */
export function countPoints({ safePointCount, among }: Execution): number {
  return safePointCount + (among?.interludeCount ?? 0);
}

/** The method that `@OnSignal` has for a name. */
function findSignalMethod(plan: JobPlan, name: string): string | undefined {
  return plan.signals?.find((signal) => signal.name === name)?.method;
}

/** The execution after its inbox was read up to a place. */
export function receiveSignals(
  plan: JobPlan,
  execution: Execution,
  next: number,
  received: readonly ReadSignal[],
): Execution {
  const among = execution.among ?? alone;
  const fresh = received.map(
    ({ slot, name }): KeptSignal => ({
      slot,
      name,
      ...(findSignalMethod(plan, name) !== undefined && { isDue: true as const }),
    }),
  );
  return { ...execution, among: { ...among, inbox: { next, kept: [...among.inbox.kept, ...fresh] } } };
}

/** Whether a pause has a time at which it ends by itself; one without is never waited for by a chain of messages. */
export function isBoundedSleep(among: Among | undefined): boolean {
  const { sleep } = among ?? {};
  return sleep == null || (sleep.kind === 'signal' && sleep.isBounded);
}

/** Signals that neither a wait has taken nor `@OnSignal` was called for. */
export function countUnhandled(among: Among | undefined): number {
  return among === undefined ? 0 : among.inbox.kept.filter(({ isHandled }) => !isHandled).length;
}

/** Ends a sleep for which there is a reason: what it waited for is there, or its time-out has passed. */
export function endSleep(execution: Execution, nowMs: number): Execution {
  const { among } = execution;
  const sleep = among?.sleep;
  if (among?.children !== undefined && sleep?.kind === 'children' && isBatchOver(among.children))
    return wake(execution, among, { by: 'children', ...countChildren(among.children) });
  if (among === undefined || sleep?.kind !== 'signal') return execution;
  const signal = among.inbox.kept.find(({ name, isTaken }) => name === sleep.name && !isTaken);
  if (signal !== undefined) {
    const kept = among.inbox.kept.flatMap((one): KeptSignal[] => {
      if (one !== signal) return [one];
      return one.isDue ? [{ ...one, isTaken: true }] : [];
    });
    return wake(
      execution,
      { ...among, inbox: { ...among.inbox, kept } },
      { by: 'signal', name: signal.name, slot: signal.slot },
    );
  }
  const isOver = sleep.isBounded && execution.resumeAtMs <= nowMs;
  return isOver ? wake(execution, among, { by: 'timeout' }) : execution;
}

function wake(execution: Execution, among: Among, woken: WakeReason): Execution {
  return { ...execution, resumeAtMs: 0, isWaiting: false, among: { ...among, sleep: null, woken } };
}

/** The execution asleep until `untilMs` at the latest. */
export function fallAsleep(execution: Execution, sleep: Sleep, untilMs: number): Execution {
  const among = execution.among ?? alone;
  return {
    ...execution,
    resumeAtMs: untilMs,
    isWaiting: true,
    among: { ...among, sleep, woken: null },
  };
}

const interludePhases: ReadonlySet<Phase> = new Set(['check', 'complete', 'step']);

/** Begins the next unit of work between two others, when there is one and this is a place for it. */
export function beginInterlude(plan: JobPlan, execution: Execution): Execution {
  const { among, phase } = execution;
  if (among === undefined || !interludePhases.has(phase)) return execution;
  const [child] = among.children?.due ?? [];
  if (child !== undefined) return interlude(execution, among, 'child', child, plan.hooks.onChildEnd);
  const due = among.inbox.kept.find(({ isDue }) => isDue);
  return due === undefined
    ? execution
    : interlude(execution, among, 'signal', due.slot, findSignalMethod(plan, due.name));
}

function interlude(
  execution: Execution,
  among: Among,
  kind: Interlude['kind'],
  slot: number,
  method: string | undefined,
): Execution {
  // Newer code may have no handler for it any more.
  if (method === undefined) return { ...execution, among: settle(among, kind, slot) };
  const { phase, attempt, resumeAtMs, isWaiting, interruptionCount } = execution;
  const { sleep, woken } = among;
  const back = { phase, attempt, resumeAtMs, isWaiting, interruptionCount, sleep, woken };
  return {
    ...execution,
    phase: kind === 'signal' ? 'signal' : 'child-end',
    attempt: 1,
    resumeAtMs: 0,
    isWaiting: false,
    interruptionCount: 0,
    among: { ...among, sleep: null, woken: null, interlude: { kind, method, slot, part: 0, back } },
  };
}

function settle(among: Among, kind: Interlude['kind'], slot: number): Among {
  return kind === 'signal' ? settleSignal(among, slot) : settleChild(among, slot);
}

/** `@OnChildEnd` was called for a child. */
function settleChild(among: Among, item: number): Among {
  const { children } = among;
  if (children === undefined) return among;
  return { ...among, children: { ...children, due: children.due.filter((one) => one !== item) } };
}

/** The safe point inside an interlude: a generator's `yield`. */
export function passInterlude(execution: Execution): Execution {
  const { among } = execution;
  if (among?.interlude == null) return execution;
  const { interlude, interludeCount } = among;
  return {
    ...execution,
    attempt: 1,
    resumeAtMs: 0,
    idleInvocationCount: 0,
    interruptionCount: 0,
    interruption: null,
    among: {
      ...among,
      interlude: { ...interlude, part: interlude.part + 1 },
      interludeCount: interludeCount + 1,
    },
  };
}

/** Back to where the execution stood before the interlude. */
export function endInterlude(execution: Execution): Execution {
  const { among } = execution;
  if (among?.interlude == null) return execution;
  const { kind, slot, back } = among.interlude;
  const { sleep, woken, ...place } = back;
  const settled = settle(among, kind, slot);
  return {
    ...execution,
    ...place,
    idleInvocationCount: 0,
    among: {
      ...settled,
      sleep,
      woken,
      interlude: null,
      interludeCount: settled.interludeCount + 1,
    },
  };
}

/** `@OnSignal` was called for a signal: it is kept for a wait, unless one has taken it. */
function settleSignal(among: Among, slot: number): Among {
  const kept = among.inbox.kept.flatMap((one): KeptSignal[] => {
    if (one.slot !== slot) return [one];
    return one.isTaken ? [] : [{ slot: one.slot, name: one.name, isHandled: true }];
  });
  const surplus = kept.filter(({ isHandled }) => isHandled).length - maxHandled;
  const dropped = surplus > 0 ? kept.find(({ isHandled }) => isHandled) : undefined;
  return { ...among, inbox: { ...among.inbox, kept: kept.filter((one) => one !== dropped) } };
}

/** The execution with what it says of the slots of its job. */
export function withSlot(execution: Execution, slot: SlotClaim): Execution {
  return { ...execution, among: { ...(execution.among ?? alone), slot } };
}

/** The execution with a slot: what it waited for before it had to wait for one, it waits for again. */
export function holdSlot(execution: Execution): Execution {
  const { among = alone } = execution;
  const { id = '', back } = among.slot ?? {};
  const held = { ...execution, among: { ...among, slot: { id, isHeld: true } } };
  if (back === undefined) return held;
  const { sleep, woken, ...rest } = back;
  return { ...held, ...rest, among: { ...held.among, sleep, woken } };
}

/** The execution asleep until it has a slot, or may last no longer. */
export function queueForSlot({ limits }: JobPlan, execution: Execution): Execution {
  const { among = alone, resumeAtMs, isWaiting } = execution;
  const { sleep, woken } = among;
  const slot = among.slot ?? { id: '', isHeld: false };
  const back = slot.back ?? { resumeAtMs, isWaiting, sleep, woken };
  return {
    ...execution,
    resumeAtMs: execution.startedAtMs + limits.maxDurationMs,
    isWaiting: true,
    among: { ...among, sleep: { kind: 'slot' }, woken: null, slot: { ...slot, isHeld: false, back } },
  };
}

/** The execution without its slot: it has ended, or waits for a person, and needs one again when it is redriven. */
export function dropSlot<Kept extends Pick<Execution, 'among'>>(execution: Kept): Kept {
  const { among } = execution;
  if (among?.slot === undefined) return execution;
  return { ...execution, among: { ...among, slot: { ...among.slot, isHeld: false, isRedriven: true } } };
}
