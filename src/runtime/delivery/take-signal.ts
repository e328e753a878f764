import { postSignal } from '../among/inbox';
import { readAskedSignal } from '../among/read-signal';
import type { JobPlan } from '../core/execution/job-plan';
import type { SignalArrival } from '../core/message/arrival';
import { wakeExecution } from '../hand-off/send-look';
import { tryAtStore } from '../hand-off/tell-end';
import type { SignalAnswer } from '../invocation/answer';
import type { InputValidator } from '../invocation/opened-execution';
import type { Context } from '../ports';
import type { Collaborators } from '../ports/collaborators';
import type { TimeBudget } from '../time/time-budget';

/** What brought a signal, and what it is taken with. */
interface SignalDelivery {
  readonly plan: JobPlan;
  /** `awsRequestId`, or the SQS `messageId`: the signal's id, when it says none. */
  readonly delivery: string;
  readonly context: Context;
  readonly budget: TimeBudget;
  readonly collaborators: Collaborators;
  readonly validate: InputValidator;
}

/**
 * Takes a signal that has come through the function: keeps it where its execution finds it, and wakes that one when it sleeps. A store that
 * fails is asked again while there is time.
 *
 * @throws CheckpointFailedError when there is no time left.
 * @throws InvalidInputError when it cannot be one, or when the job's `@OnSignal` does not take such a payload.
 * @throws UnknownExecutionError when there is no such execution (yet).
 * @throws SignalRefusedError when too many wait already.
 */
export async function takeSignal(
  delivery: SignalDelivery,
  { kind: _kind, ...asked }: SignalArrival,
): Promise<SignalAnswer> {
  const { collaborators, context, budget, plan, validate } = delivery;
  const { platform, seal, clock, logger } = collaborators;
  const signal = readAskedSignal(asked, {
    seal,
    countBytes: (text) => platform.countBytes(text),
    fallbackId: delivery.delivery,
    writer: `${delivery.delivery} ${clock.now()}`,
  });
  const { executionId, name, signalId, payloadText } = signal;
  const schema = plan.signals?.find((one) => one.name === name)?.payload;
  if (schema !== undefined) {
    const payload: unknown = payloadText === '' ? undefined : JSON.parse(payloadText);
    await validate({ ...plan, input: schema }, payload);
  }
  const deps = { collaborators, context, remainingMs: () => budget.remainingMs() };
  const { kind, sleeper } = await tryAtStore(deps, executionId, (tools) => postSignal(tools, signal));
  if (sleeper !== undefined) await wakeExecution(sleeper, signalId, deps);
  logger.info('signal taken', { executionId, name, signalId, kind });
  return { status: 'signalled', executionId, signalId, kind };
}
