import { BatonError } from '../../errors';
import { type InboxTools, type ReceivedSignal, readInbox, readPayload } from '../among/inbox';
import { beginInterlude, endSleep, receiveSignals } from '../core/execution/apply-among';
import { forgetPresumedRun } from '../core/execution/compensation';
import { freezeInDepth } from '../core/state/freeze-in-depth';
import { tryAtStore } from '../hand-off/tell-end';
import type { Invocation } from './invocation';

/** Payloads that are remembered between reading a signal and using it. */
const maxRemembered = 100;

/** Reads what others have written for the execution since it was last looked at. */
export async function readNews(invocation: Invocation): Promise<void> {
  const { journal, execution, kept, plan } = invocation;
  await journal?.readNews(execution, kept, async () => {
    invocation.facts.hasReadChildren = false;
    const from = invocation.execution.among?.inbox.next ?? 0;
    const { next, signals } = await tryToRead(invocation, (tools) =>
      readInbox(tools, execution.executionId, from),
    );
    const taken: ReceivedSignal[] = [];
    for (const signal of signals) if (await isTaken(invocation, signal)) taken.push(signal);
    if (next === from) return;
    invocation.execution = receiveSignals(plan, invocation.execution, next, taken);
  });
}

/** Uses what was read: a sleep ends for which there is a reason, and the next unit of work between two others begins. */
export async function settleNews(invocation: Invocation): Promise<void> {
  const { plan, collaborators } = invocation;
  const rested = endSleep(invocation.execution, collaborators.clock.now());
  invocation.execution = beginInterlude(plan, rested.among?.sleep ? forgetPresumedRun(rested) : rested);
  const { among, phase } = invocation.execution;
  if (phase === 'signal' && among?.interlude) await remember(invocation, among.interlude.slot);
  if (phase === 'step' && among?.woken?.by === 'signal') await remember(invocation, among.woken.slot);
}

/** What the payload of a signal is: what its schema makes of it. One that it refuses is dropped. */
async function isTaken(invocation: Invocation, signal: ReceivedSignal): Promise<boolean> {
  const { signalId, name } = signal;
  try {
    await keep(invocation, signal);
    invocation.emitter.emit('signal.received', { name, signalId });
    return true;
  } catch (error) {
    if (!BatonError.is(error) || error.code !== 'INVALID_INPUT') throw error;
    invocation.emitter.emit('signal.refused', { name, signalId });
    return false;
  }
}

async function keep(invocation: Invocation, { name, slot, payloadText }: ReceivedSignal): Promise<void> {
  const { plan, facts } = invocation;
  const { payloads } = facts;
  const sent: unknown = payloadText === '' ? undefined : JSON.parse(payloadText);
  const schema = plan.signals?.find((signal) => signal.name === name)?.payload;
  const payload = schema === undefined ? sent : await invocation.validate({ ...plan, input: schema }, sent);
  const [oldest] = payloads.keys();
  if (payloads.size >= maxRemembered && oldest !== undefined) payloads.delete(oldest);
  payloads.set(slot, freezeInDepth(payload));
}

async function remember(invocation: Invocation, slot: number): Promise<void> {
  if (invocation.facts.payloads.has(slot)) return;
  const { executionId } = invocation.execution;
  const signal = await tryToRead(invocation, (tools) => readPayload(tools, executionId, slot));
  if (signal !== undefined) await keep(invocation, signal);
}

/** A store that fails is asked again while there is time. */
export function tryToRead<Value>(
  invocation: Invocation,
  read: (tools: InboxTools) => Promise<Value>,
): Promise<Value> {
  return tryAtStore(invocation, invocation.execution.executionId, read);
}
