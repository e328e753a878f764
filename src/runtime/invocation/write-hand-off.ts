import { encodeState, packTravellingFrom } from '../checkpoint/state-text';
import { priceWait } from '../core/cost/cost';
import type { HandOffReason } from '../core/execution/decide';
import { type Execution, nameUnit } from '../core/execution/execution';
import { countStall, passOn } from '../core/execution/line';
import { type Message, readMaxBytes } from '../hand-off/send-continuation';
import { writeContinuation } from '../hand-off/write-continuation';
import { carryHistory } from './end-invocation';
import type { Invocation } from './invocation';
import { keepCarried } from './tell';

/** What is handed over: the execution as the next invocation begins, and its message. */
export interface WrittenHandOff {
  readonly next: Execution;
  readonly message: Message;
  readonly bytes: number;
}

/** @throws StateTooLargeError and UnserializableStateError: no other invocation could do better. */
export function writeHandOff(
  invocation: Invocation,
  reason: HandOffReason,
  delaySeconds: number,
): WrittenHandOff {
  const { collaborators, plan, input } = invocation;
  invocation.lookClosely();
  const text = encodeState(collaborators, invocation.checkpoint, packTravellingFrom);
  const begun = describeNext(invocation, reason, delaySeconds);
  const isWork = reason !== 'wait' && reason !== 'retry-delay' && !invocation.isIdle;
  const place = { ...begun, unit: nameUnit(plan, begun) };
  const stall = isWork ? countStall(begun.stall, place, text.text, collaborators.platform.checksum) : null;
  const isDelayed = delaySeconds > 0;
  const next =
    invocation.journal === undefined
      ? carryHistory(
          invocation,
          { ...begun, stall },
          { isDelayed, bytes: collaborators.platform.countBytes(text.text) },
        )
      : { ...begun, stall };
  const maxBytes = readMaxBytes(collaborators.senders, delaySeconds);
  const state = invocation.checkpoint;
  const message = writeContinuation({ plan, execution: next, input, state, text, collaborators });
  const { bytes } = message.write(maxBytes);
  if (bytes > maxBytes) throw message.tooLargeError(maxBytes);
  return { next, message, bytes };
}

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
