import type { DropReason, LocalLambdaEvents } from '../../local';
import type { InvocationRecord } from '../record/invocation-record';
import type { RunEvent } from '../record/run-event';
import { describeEnd } from './describe-end';
import { describeLine } from './describe-line';
import { formatDuration } from './format';
import type { Message } from './message';

/** Says what an event is worth telling. `invocation` is the one that it is about, with the event taken in. */
export function describeEvent(event: RunEvent, invocation: InvocationRecord | undefined): readonly Message[] {
  const number = invocation?.number;
  switch (event.name) {
    case 'invocation-start':
      return [{ kind: 'start', mark: '·', tone: 'dim', number, text: describeStart(event.about) }];
    case 'invocation-end':
      return invocation?.end === undefined ? [] : [describeEnd(invocation, invocation.end)];
    case 'log':
      return describeLine(event.about.line).map((line) => ({ ...line, number }));
    case 'retry':
      return [
        warn(number, `will be delivered again in ${formatDuration(event.about.delayMs)} (delivery ${event.about.attempt} of 3)`, '↻'),
      ];
    case 'throttled':
      return [warn(number, 'an event has to wait: too many invocations are running')];
    case 'dropped':
      return [{ kind: 'event', mark: '✖', tone: 'bad', number, text: dropReasons[event.about.reason] }];
    case 'fault':
      return describeFault(event.about, number);
    case 'message':
      return event.about.deadLetter
        ? [{ kind: 'event', mark: '✖', tone: 'bad', number, text: 'its message went to the dead-letter queue' }]
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
  const notes = [cold ? 'cold' : '', channel === 'sqs' ? 'from the queue' : '', attempt > 1 ? `delivery ${attempt}` : ''];
  const known = notes.filter((note) => note !== '').join(', ');
  return known === '' ? 'started' : `started (${known})`;
}

/** A crash is told by the end of the invocation. */
function describeFault({ kind, operation }: LocalLambdaEvents['fault'][0], number: number | undefined): readonly Message[] {
  return kind === 'crash' ? [] : [warn(number, `fault: ${operation ?? 'a call'}, ${faults[kind]}`)];
}

function warn(number: number | undefined, text: string, mark = '!'): Message {
  return { kind: 'event', mark, tone: 'warn', number, text };
}
