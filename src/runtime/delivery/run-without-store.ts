import type { Heartbeats } from '../checkpoint/heartbeats';
import { presumeRun } from '../core/execution/compensation';
import type { Execution } from '../core/execution/execution';
import { countDeath } from '../core/execution/interruption';
import { beginRun, describeRun } from '../core/execution/trail';
import type { InvocationResult } from '../invocation/answer';
import type { LostInvocation, OpenedExecution } from '../invocation/opened-execution';
import { runInvocation } from '../invocation/run-invocation';
import type { Context, LostTries } from '../ports';
import type { Delivery } from './delivery';
import { pinExecution } from './write-claim';

/** With no store to say so, the tries that died in this environment are all that is known. */
export function runWithoutStore(
  delivery: Delivery,
  given: OpenedExecution,
  signs: Heartbeats,
): Promise<InvocationResult> {
  const counted = countLostTries(given, signs, delivery);
  const { collaborators, context, isCold } = delivery;
  const execution = pinExecution(counted.execution, delivery);
  const opened = {
    ...counted,
    execution: beginRun(execution, describeRun(context, isCold, collaborators.clock.now())),
  };
  return runInvocation({
    ...delivery,
    deliveries: [delivery.delivery],
    signs,
    opened,
    openJournal: undefined,
  });
}

function countLostTries(
  opened: OpenedExecution,
  signs: Heartbeats,
  { context, plan, collaborators }: Delivery,
): OpenedExecution {
  if (signs.lost === undefined) return opened;
  const { count, place, samePlaceCount } = signs.lost;
  const interruption = { ...signs.checkDeath(), ...(place === 'hand-off' && { place }) };
  const deaths = { count, samePlaceCount: place === 'later' ? 0 : samePlaceCount };
  const lost = describeLostTry(opened.execution, signs.lost, context);
  const counted = countDeath(opened.execution, interruption, deaths);
  const mayHaveBegun = place !== 'hand-off';
  const execution = mayHaveBegun ? presumeRun(plan, counted, collaborators.clock.now()) : counted;
  return { ...opened, lost, execution };
}

/** Lambda tries the same delivery again, under the same id. When the lost try began is not known. */
function describeLostTry(
  { invocation }: Execution,
  { lastSign: { atMs, unit }, place }: LostTries,
  { awsRequestId: requestId }: Context,
): LostInvocation {
  const isHandingOver = place === 'hand-off';
  return { invocation, requestId, startedAtMs: atMs, heardAtMs: atMs, costUsd: 0, unit, isHandingOver };
}
