import type { JobFault } from '../errors';
import type { SignalPlan } from '../runtime/core/execution/job-plan';
import { isSignalName } from '../runtime/core/execution/signal-name';
import type { Member } from './collect-members';
import { checkOptions, SignalRules } from './option-rules';

/** Reads the `@OnSignal` methods: for each name the most derived class that declares one wins, and each class declares at most one. */
export function readSignals(
  members: readonly Member[],
  faults: JobFault[],
): { readonly signals?: readonly SignalPlan[] } {
  const byName = new Map<string, { readonly plan: SignalPlan; readonly member: Member }>();
  for (const member of members) {
    const { name, options } = member.declaration.options as { name?: unknown; options?: unknown };
    if (!isSignalName(name)) {
      faults.push({
        problem: `${member.where} names no signal.`,
        fix: "Write @OnSignal('approved'): 1 to 64 letters, digits, dots, underscores, colons or hyphens.",
      });
      continue;
    }
    const { payload } = checkOptions(SignalRules, options, { where: member.where, faults });
    const earlier = byName.get(name);
    if (earlier?.member.ancestor === member.ancestor)
      faults.push({
        problem: `${member.where} is the second for signal ${name} in ${member.ancestor.label}, after ${earlier.member.name}.`,
        fix: `Keep one @OnSignal('${name}').`,
      });
    byName.set(name, { plan: Object.freeze({ method: member.name, name, payload }), member });
  }
  const signals = [...byName.values()].map(({ plan }) => plan);
  return signals.length === 0 ? {} : { signals: Object.freeze(signals) };
}
