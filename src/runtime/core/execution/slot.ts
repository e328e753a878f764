import { alone, type SlotClaim } from './among';
import type { Execution } from './execution';
import type { JobPlan } from './job-plan';

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
