import { BatonError, type BatonHandler, type InvocationAnswer } from '../../src';
import { NodePlatform } from '../../src/runtime/adapters/node/node-platform';
import { recogniseEvent } from '../../src/runtime/core/message/recognise-event';
import type { Context } from '../../src/runtime/ports';
import { HostileCall, readFrame, runInFrame } from './hostile-call';

type Ending = PromiseSettledResult<Awaited<ReturnType<BatonHandler>>>;

/** What is delivered again. */
interface Delivery {
  readonly executionId: string;
  /** The event, whichever request brings it. */
  readonly copy: unknown;
  readonly awsRequestId: string;
}

/**
 * Delivers every event again: by another request, at the same moment or as soon as the execution is claimed, and once more, by its own
 * request, when the next event is done with. A test sees nothing of that, but fails when a duplicate is not answered as one.
 *
 * @param isRace - whether both race for the claim: not where a test counts the writes to a store of its own.
 */
export function callTwice(handler: BatonHandler, isRace: boolean): BatonHandler {
  const ends = new Map<string, Set<string>>();
  const before = new Map<string, Delivery>();
  const { name: job } = Reflect.get(handler, Symbol.for('lambda-baton:plan')) as { readonly name: string };
  const deliver = async (event: unknown, call: HostileCall): Promise<Ending> => {
    const [ending] = await Promise.allSettled([
      runInFrame({ call, isInStep: false }, () => handler(event, call.context)),
    ]);
    return ending;
  };
  const deliverAgain = ({ copy }: Delivery, context: Context, awsRequestId: string) =>
    deliver(copy, new HostileCall({ context: { ...context, awsRequestId }, isSilent: true }));
  return async (event, context) => {
    const delivery = readDelivery(event, context.awsRequestId, job);
    if (delivery === undefined) return handler(event, context);
    const call = readFrame()?.call ?? new HostileCall({ context });
    const running = deliver(event, call);
    if (!isRace) await Promise.race([running, call.claimed]);
    const again = await deliverAgain(delivery, context, `${context.awsRequestId}-again`);
    const ending = await running;
    const { executionId } = delivery;
    const known = ends.get(executionId) ?? new Set();
    ends.set(executionId, isEnd(ending) ? known.add(describe(ending)) : known);
    expectDuplicate(again, known, 'at the same moment');
    const late = before.get(executionId);
    if (hasRun(ending)) before.set(executionId, delivery);
    if (hasRun(ending) && late !== undefined && late.awsRequestId !== context.awsRequestId)
      expectDuplicate(await deliverAgain(late, context, late.awsRequestId), known, 'when it was late');
    if (ending.status === 'rejected') throw ending.reason;
    return ending.value;
  };
}

/** Undefined of what is refused before anybody asks which execution it is of. */
function readDelivery(event: unknown, awsRequestId: string, job: string): Delivery | undefined {
  try {
    const recognition = recogniseEvent(event, { awsRequestId, job, checksum: new NodePlatform().checksum });
    if (recognition.kind === 'batch') return undefined;
    const { arrival } = recognition;
    if (arrival.kind === 'start') {
      const { kind: _kind, ...start } = arrival;
      return { executionId: start.executionId, copy: { lambdaBaton: { v: 1, start } }, awsRequestId };
    }
    if (arrival.kind === 'look' || arrival.kind === 'signal') return undefined;
    const { executionId } = arrival.envelope.continuation as { readonly executionId: string };
    return { executionId, copy: structuredClone(event), awsRequestId };
  } catch {
    return undefined;
  }
}

/** @throws when a duplicate was answered neither as one nor as its execution has ended for others. */
function expectDuplicate(again: Ending, ends: ReadonlySet<string>, when: string): void {
  if (again.status === 'fulfilled' && (again.value as InvocationAnswer).status === 'duplicate') return;
  if (isEnd(again) && ends.has(describe(again))) return;
  throw new Error(`A duplicate ${when} was answered with ${describe(again)}.`, {
    cause: again.status === 'rejected' ? again.reason : null,
  });
}

/** Whether the execution has been claimed: before that, the delivery that had handed it over may rightly take it back. */
function hasRun(ending: Ending): boolean {
  if (ending.status === 'rejected') return describe(ending) === 'EXECUTION_FAILED';
  return (ending.value as InvocationAnswer).status !== 'duplicate';
}

/** Whether it is what every further delivery is answered with. */
function isEnd(ending: Ending): boolean {
  return (
    ending.status === 'rejected' ||
    ['completed', 'cancelled', 'skipped'].includes((ending.value as InvocationAnswer).status)
  );
}

/** What has to be the same: the answer, or the kind of error. */
function describe(ending: Ending): string {
  if (ending.status === 'fulfilled') return JSON.stringify(ending.value);
  return BatonError.is(ending.reason) ? ending.reason.code : String(ending.reason);
}
