import { readAnswer } from '../record/answer';
import { readFailure, summariseFailure } from '../record/failure';
import type { InvocationRecord } from '../record/invocation-record';
import { readNumber, readText } from '../record/log-entry';
import { formatBytes, formatDuration } from './format';
import type { Message } from './message';

type End = NonNullable<InvocationRecord['end']>;
type Phrase = Pick<Message, 'mark' | 'text' | 'tone'>;

/** Says why an invocation ended. */
export function describeEnd(invocation: InvocationRecord, end: End): Message {
  const { mark, text, tone } = end.reason === 'ok' ? describeAnswer(invocation, end) : describeDeath(invocation, end);
  const cold = end.initMs === undefined || end.reason === 'init-error' ? '' : `, cold start ${formatDuration(end.initMs)}`;
  return { kind: 'end', number: invocation.number, mark, tone, text: `${text}${cold}` };
}

function describeAnswer({ outcome }: InvocationRecord, { durationMs, response }: End): Phrase {
  const after = `after ${formatDuration(durationMs)}`;
  const { status, batchItemFailures } = readAnswer(response);
  if (outcome?.message === 'execution failed') return { mark: '✖', tone: 'bad', text: `failed ${after}` };
  if (Array.isArray(batchItemFailures) && batchItemFailures.length > 0) {
    return { mark: '↻', tone: 'warn', text: `gave ${batchItemFailures.length} of its messages back ${after}` };
  }
  if (outcome?.message === 'handed off') return { mark: '↪', tone: 'accent', text: describeHandOff(outcome, after) };
  if (outcome?.message === 'execution completed' || status === 'completed') return { mark: '✔', tone: 'good', text: `completed ${after}` };
  if (status === 'duplicate') return { mark: '·', tone: 'dim', text: `dropped as a duplicate ${after}` };
  if (status === 'superseded') return { mark: '·', tone: 'dim', text: `stopped ${after}: another invocation has taken over` };
  if (status === 'cancelled') return { mark: '✖', tone: 'warn', text: `cancelled ${after}` };
  return { mark: '·', tone: 'plain', text: `answered${typeof status === 'string' ? ` "${status}"` : ''} ${after}` };
}

function describeHandOff(outcome: NonNullable<InvocationRecord['outcome']>, after: string): string {
  const delaySeconds = readNumber(outcome, 'delaySeconds') ?? 0;
  const delay = delaySeconds > 0 ? `, to go on in ${formatDuration(delaySeconds * 1_000)}` : '';
  const reason = readText(outcome, 'reason');
  const because = reason === undefined || reason === 'safe-window' || delaySeconds > 0 ? '' : ` (${reason})`;
  const bytes = formatBytes(readNumber(outcome, 'bytes') ?? 0);
  return `handed off via ${readText(outcome, 'channel') ?? '?'}${because} ${after}, ${bytes}${delay}`;
}

function describeDeath({ outcome, timeoutMs }: InvocationRecord, { reason, durationMs, error, memoryMb }: End): Phrase {
  const after = `after ${formatDuration(durationMs)}`;
  const already = outcome?.message === 'handed off' ? 'handed off, but then ' : '';
  const failure = outcome === undefined ? undefined : readFailure(outcome);
  const said = error === undefined ? 'an error' : summariseFailure({ name: error.errorType, message: error.errorMessage });
  const text = {
    'crash-fault': `crashed ${after} (fault)`,
    error: `failed ${after}: ${failure === undefined ? said : summariseFailure(failure)}`,
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
