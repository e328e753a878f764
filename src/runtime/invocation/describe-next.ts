import { priceWait } from '../core/cost/cost';
import type { HandOffReason } from '../core/execution/decide';
import type { Execution } from '../core/execution/execution';
import { passOn } from '../core/execution/line';
import type { Invocation } from './invocation';
import { keepCarried } from './tell';

const sleepReasons: ReadonlySet<HandOffReason> = new Set(['children', 'signal', 'slot', 'wait']);

/** The execution as the next invocation gets it. `isAsleep`: nothing brings it at once. */
export function describeNext(
  invocation: Invocation,
  reason: HandOffReason,
  delaySeconds: number,
  isAsleep = delaySeconds > 0,
): Execution {
  keepCarried(invocation);
  const { execution, isIdle, preparation, collaborators } = invocation;
  const isWakeUp = isAsleep && (sleepReasons.has(reason) || isIdle);
  const idleInvocationCount = isIdle && !isAsleep ? execution.idleInvocationCount + 1 : 0;
  const costUsd = invocation.readCostUsd() + (delaySeconds > 0 ? priceWait(collaborators.prices) : 0);
  const chain = { length: execution.chain.length + 1, setting: preparation.recursion };
  const line = passOn(execution.line, isWakeUp);
  return { ...execution, invocation: execution.invocation + 1, idleInvocationCount, costUsd, chain, line };
}
