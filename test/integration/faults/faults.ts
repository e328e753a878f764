/** What happens to one outbound call. `reject` and the statuses: before it takes effect. `lost reply`: after. */
export const faults = [
  'reject',
  'lost reply',
  '429',
  '500',
  'hang',
  'SIGKILL before',
  'SIGKILL after',
] as const;

/** One of them. */
export type Fault = (typeof faults)[number];

/** A fault, and the call that it strikes. */
export interface FaultCase {
  readonly call: string;
  readonly fault: Fault;
}

/** Faults that end an invocation: the step that was running may run again. In a step, hanging is ended at the hard edge. */
export const interruptions: ReadonlySet<Fault> = new Set(['hang', 'SIGKILL before', 'SIGKILL after']);

/** The faults that make sense for a call: user code can only be killed, or hang. */
export function listFaults(call: string): readonly Fault[] {
  return call.startsWith('in ') ? faults.filter((fault) => interruptions.has(fault)) : faults;
}
