import { BatonError, CheckpointFailedError } from '../../errors';
import { type InboxTools, type ReceivedSignal, readInbox, readPayload } from '../among/inbox';
import { beginInterlude, endSleep, receiveSignals } from '../core/execution/apply-among';
import { forgetPresumedRun } from '../core/execution/compensation';
import { describeError } from '../core/record/describe-error';
import { freezeInDepth } from '../core/state/freeze-in-depth';
import { BackOff } from '../time/back-off';
import type { Invocation } from './invocation';

/** Payloads that are remembered between reading a signal and using it. */
const maxRemembered = 100;

/** Reads what others have written for the execution since it was last looked at. */
export async function readNews(invocation: Invocation): Promise<void> {
  const { journal, execution, checkpoint, plan } = invocation;
  await journal?.readNews(execution, checkpoint, async () => {
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

/** What facts are read and written with. */
function readTools({ collaborators }: Invocation): InboxTools {
  const { store, platform, clock } = collaborators;
  if (store === undefined) throw new Error('there is no store to read from');
  const { checksum } = platform;
  return { store, checksum, digest: (text) => platform.digest(text), clock };
}

/** A store that fails is asked again while there is time. */
export async function tryToRead<Value>(
  invocation: Invocation,
  read: (tools: InboxTools) => Promise<Value>,
): Promise<Value> {
  const { collaborators, logger, plan, execution } = invocation;
  const { timer } = collaborators;
  const tools = readTools(invocation);
  const backOff = new BackOff({ timer, remainingMs: () => invocation.remainingMs() });
  for (;;) {
    try {
      return await read(tools);
    } catch (error) {
      if (BatonError.is(error) && !error.retryable) throw error;
      logger.warn('signals could not be read', { tries: backOff.tries, error: describeError(error) });
      if (!backOff.hasTime) throw unreadError(plan.name, execution.executionId, backOff.tries, error);
      await backOff.pause();
    }
  }
}

function unreadError(job: string, executionId: string, tries: number, cause: unknown): CheckpointFailedError {
  return new CheckpointFailedError({
    problem: `Job ${job} could not read the signals of execution ${executionId} in ${tries} tries, and there is no time for more.`,
    fix: 'Look at the cause: permissions, throttling, or the network. The delivery is retried from the last checkpoint.',
    details: { executionId, tries },
    cause,
  });
}
