import type { DropReason, LocalLambdaEvents } from '../../local';
import type { WaitReason } from '../../runtime/observe/runtime-event';
import { type HandOff, summariseFailure } from '../run/execution-fact';
import { type InvocationRecord, readAnswer } from '../run/invocation-record';
import type { RunEvent, Taken } from '../run/run-record';
import { describeReason } from '../timeline/gaps';
import { describeFact, describeTold, type Message } from './message';
import { formatBytes, formatDuration } from './text';

type End = NonNullable<InvocationRecord['end']>;
type Phrase = Pick<Message, 'mark' | 'text' | 'tone'>;

/** Says what an event is worth telling, once the record has taken it in. */
export function describeEvent(event: RunEvent, { invocation, fact, told }: Taken): readonly Message[] {
  const number = invocation?.number;
  switch (event.name) {
    case 'invocation-start':
      return [{ kind: 'start', mark: '·', tone: 'dim', number, text: describeStart(event.about) }];
    case 'invocation-end':
      return invocation?.end === undefined ? [] : [describeEnd(invocation, invocation.end)];
    case 'log':
      return fact === undefined ? [] : describeFact(fact).map((line) => ({ ...line, number }));
    case 'note':
      return told === undefined ? [] : describeTold(told).map((line) => ({ ...line, number }));
    case 'retry': {
      const delay = formatDuration(event.about.delayMs);
      return [
        warn(number, `will be delivered again in ${delay} (delivery ${event.about.attempt} of 3)`, '↻'),
      ];
    }
    case 'throttled':
      return [warn(number, 'an event has to wait: too many invocations are running')];
    case 'dropped':
      return [{ kind: 'event', mark: '✖', tone: 'bad', number, text: dropReasons[event.about.reason] }];
    case 'fault':
      return describeFault(event.about, number);
    case 'message':
      return event.about.deadLetter
        ? [
            {
              kind: 'event',
              mark: '✖',
              tone: 'bad',
              number,
              text: 'its message went to the dead-letter queue',
            },
          ]
        : [];
    case 'schedule':
      return event.about.kind === 'lost'
        ? [
            {
              kind: 'event',
              mark: '✖',
              tone: 'bad',
              number,
              text: `a schedule was lost: ${event.about.reason}`,
            },
          ]
        : [];
  }
}

const dropReasons: Readonly<Record<DropReason, string>> = {
  EventAgeExceeded: 'its event was given up: too old',
  RecursiveInvocation: 'its continuation was dropped: recursion detection stops a chain of 16 invocations',
  RetriesExhausted: 'its event was given up after 3 deliveries',
  ZeroReservedConcurrency: 'its event was refused: the reserved concurrency is 0',
};

const faults: Readonly<Record<LocalLambdaEvents['fault'][0]['kind'], string>> = {
  crash: '',
  'crash-caller': 'the caller was killed',
  delay: 'the call was delayed',
  duplicate: 'delivered twice',
  error: 'refused',
  hang: 'never answered',
  'lost-reply': 'the answer was lost',
  'server-error': 'answered with 500',
  throttle: 'refused with 429',
};

function describeStart({ attempt, channel, cold }: LocalLambdaEvents['invocation-start'][0]): string {
  const notes = [
    cold ? 'cold' : '',
    channel === 'sqs' ? 'from the queue' : '',
    attempt > 1 ? `delivery ${attempt}` : '',
  ];
  const known = notes.filter((note) => note !== '').join(', ');
  return known === '' ? 'started' : `started (${known})`;
}

/** A crash is told by the end of the invocation. */
function describeFault(
  { kind, operation }: LocalLambdaEvents['fault'][0],
  number: number | undefined,
): readonly Message[] {
  return kind === 'crash' ? [] : [warn(number, `fault: ${operation ?? 'a call'}, ${faults[kind]}`)];
}

function warn(number: number | undefined, text: string, mark = '!'): Message {
  return { kind: 'event', mark, tone: 'warn', number, text };
}

/** Says why an invocation ended. */
function describeEnd(invocation: InvocationRecord, end: End): Message {
  const { mark, text, tone } =
    end.reason === 'ok' ? describeAnswer(invocation, end) : describeDeath(invocation, end);
  const cold =
    end.initMs === undefined || end.reason === 'init-error'
      ? ''
      : `, cold start ${formatDuration(end.initMs)}`;
  return { kind: 'end', number: invocation.number, mark, tone, text: `${text}${cold}` };
}

function describeAnswer({ outcome }: InvocationRecord, { durationMs, response }: End): Phrase {
  const after = `after ${formatDuration(durationMs)}`;
  const { status, batchItemFailures } = readAnswer(response);
  if (outcome?.kind === 'failed') return { mark: '✖', tone: 'bad', text: `failed ${after}` };
  if (Array.isArray(batchItemFailures) && batchItemFailures.length > 0) {
    return {
      mark: '↻',
      tone: 'warn',
      text: `gave ${batchItemFailures.length} of its messages back ${after}`,
    };
  }
  if (outcome?.kind === 'handed-off')
    return { mark: '↪', tone: 'accent', text: describeHandOff(outcome.handOff, after) };
  if (outcome?.kind === 'completed' || status === 'completed')
    return { mark: '✔', tone: 'good', text: `completed ${after}` };
  if (status === 'duplicate') return { mark: '·', tone: 'dim', text: `dropped as a duplicate ${after}` };
  if (status === 'superseded')
    return { mark: '·', tone: 'dim', text: `stopped ${after}: another invocation has taken over` };
  if (outcome?.kind === 'cancelled' || status === 'cancelled')
    return { mark: '✖', tone: 'warn', text: `cancelled ${after}` };
  if (outcome?.kind === 'skipped' || status === 'skipped')
    return { mark: '·', tone: 'warn', text: `skipped ${after}: others had the slots of its concurrency` };
  return {
    mark: '·',
    tone: 'plain',
    text: `answered${typeof status === 'string' ? ` "${status}"` : ''} ${after}`,
  };
}

function describeHandOff({ channel, bytes, delayMs, reason }: HandOff, after: string): string {
  // Nothing was sent: somebody else wakes it.
  if (channel === '?') return `waits ${describeReason(reason as WaitReason)} ${after}`;
  const delay = delayMs > 0 ? `, to go on in ${formatDuration(delayMs)}` : '';
  const because = reason === undefined || reason === 'safe-window' || delayMs > 0 ? '' : ` (${reason})`;
  return `handed off via ${channel}${because} ${after}, ${formatBytes(bytes)}${delay}`;
}

/** Why an execution failed is told at the end, and once. */
function describeEndReason(outcome: string | undefined, isLate: boolean, said: string): string {
  if (outcome === 'failed') return '';
  return isLate ? ': the execution has ended before' : `: ${said}`;
}

function describeDeath(
  { outcome, timeoutMs, isLate }: InvocationRecord,
  { reason, durationMs, error, memoryMb }: End,
): Phrase {
  const after = `after ${formatDuration(durationMs)}`;
  const already = outcome?.kind === 'handed-off' ? 'handed off, but then ' : '';
  const said =
    error === undefined
      ? 'an error'
      : summariseFailure({ name: error.errorType, message: error.errorMessage });
  const text = {
    'crash-fault': `crashed ${after} (fault)`,
    error: `failed ${after}${describeEndReason(outcome?.kind, isLate, said)}`,
    exit: `died ${after}: ${said}`,
    'init-error': `could not start: ${said}`,
    ok: '',
    'out-of-memory': `ran out of its ${memoryMb} MB of memory ${after}`,
    stopped: `stopped ${after}`,
    'time-out': `was killed at its time-out of ${formatDuration(timeoutMs)}`,
  }[reason];
  const isAskedFor = reason === 'crash-fault' || reason === 'stopped';
  return { mark: '✖', tone: isAskedFor ? 'warn' : 'bad', text: `${already}${text}` };
}
