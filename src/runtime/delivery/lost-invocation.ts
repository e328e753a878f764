import type { Execution } from '../core/execution/execution';
import type { Interruption } from '../core/execution/interruption';
import type { ExecutionRecord } from '../core/record/execution-record';
import { roundUsd } from '../core/record/history';
import type { LostInvocation } from '../invocation/opened-execution';

export function markDead(record: ExecutionRecord): ExecutionRecord {
  const { continuation } = record;
  return { ...record, continuation: { ...continuation, trail: { ...continuation.trail, hasDied: true } } };
}

/** What the record says of an owner that died. */
export function describeLostInvocation(
  { invocation, owner, heardAtMs = 0, isHandingOver }: ExecutionRecord,
  { trail, costUsd }: Execution,
  { unit }: Interruption,
): LostInvocation {
  const { startedAtMs = heardAtMs, requestId = owner, costUsd: costBeforeUsd = costUsd } = trail.run ?? {};
  return {
    ...{ invocation, requestId, startedAtMs, unit, isHandingOver: isHandingOver === true },
    heardAtMs: Math.max(startedAtMs, heardAtMs),
    costUsd: roundUsd(costUsd - costBeforeUsd),
  };
}
