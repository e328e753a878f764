import type { RuntimeEvent } from '../../src';
import { type RunEvent, RunRecord, type Taken } from '../../src/cli/run/run-record';
import type { InvocationEnd, InvocationStart } from '../../src/local';

const executionId = 'execution-1';

/** What differs from one invocation to the next. */
interface Invocation {
  readonly number?: number;
  readonly environmentId?: string;
  readonly attempt?: number;
  readonly channel?: 'invoke' | 'sqs';
  readonly cold?: boolean;
  readonly bytes?: number;
}

/** Writes the events of a run by hand, as the local Lambda would tell them. */
export class Recording {
  readonly events: RunEvent[] = [];

  start(
    atMs: number,
    {
      number = 1,
      environmentId = 'A',
      attempt = 1,
      channel = 'invoke',
      cold = false,
      bytes = 100,
    }: Invocation = {},
  ): this {
    const payload =
      number === 1 ? '{}' : JSON.stringify({ lambdaBaton: { v: 1, continuation: { invocation: number } } });
    return this.add({
      name: 'invocation-start',
      atMs,
      about: { ...describeStart(number), environmentId, attempt, channel, cold, bytes, payload },
    });
  }

  end(atMs: number, number: number, end: Partial<InvocationEnd> = {}): this {
    const about = {
      ...describeStart(number),
      reason: 'ok',
      response: 'null',
      durationMs: 2_050,
      billedMs: 2_050,
      memoryMb: 512,
      maxMemoryMb: 80,
    };
    return this.add({ name: 'invocation-end', atMs, about: { ...about, ...end } as InvocationEnd });
  }

  line(atMs: number, line: string, environmentId = 'A'): this {
    return this.add({
      name: 'log',
      atMs,
      about: { functionName: 'baton-dev', stream: 'stdout', line, environmentId },
    });
  }

  tell(
    atMs: number,
    invocation: number,
    type: RuntimeEvent['type'],
    facts: object = {},
    environmentId = 'A',
  ): this {
    const line = JSON.stringify({ type, executionId, invocation, job: 'Backfill', ...facts });
    return this.add({ name: 'note', atMs, about: { functionName: 'baton-dev', line, environmentId } });
  }

  add(event: RunEvent): this {
    this.events.push(event);
    return this;
  }

  /** A record that has taken all events in. */
  play(listen: (event: RunEvent, taken: Taken, record: RunRecord) => void = () => {}): RunRecord {
    const record = new RunRecord();
    for (const event of this.events) listen(event, record.take(event), record);
    return record;
  }
}

function describeStart(number: number): InvocationStart {
  return {
    functionName: 'baton-dev',
    version: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:baton-dev',
    requestId: `request-${number}`,
    attempt: 1,
    channel: 'invoke',
    invocationType: 'Event',
    bytes: 100,
    payload: '{}',
    chainLength: number,
    environmentId: 'A',
    cold: false,
    startedAt: 0,
    deadline: 3_000,
  };
}

/** A run with a bit of everything: a hand-off, a crash, a redelivery, a failed attempt, faults, and a good end. */
export function recordBusyRun(): Recording {
  return new Recording()
    .start(400, { number: 1, cold: true })
    .tell(405, 1, 'invocation.started')
    .tell(410, 1, 'execution.started')
    .tell(1_400, 1, 'progress', { step: 'loadBatch', done: 20_000, total: 100_000 })
    .line(1_500, '2026-11-23T13:00:00.000Z\trequest-1\tINFO\ttwenty thousand\rso far')
    .tell(2_400, 1, 'progress', { step: 'loadBatch', done: 40_000, total: 100_000, note: 'page 2' })
    .tell(2_450, 1, 'execution.handed-off', {
      step: 'isDone',
      reason: 'safe-window',
      bytes: 1_536,
      channel: 'lambda',
      stepCount: 2,
    })
    .tell(2_455, 1, 'invocation.ended', { ending: 'handed-off', durationMs: 2_050, costUsd: 0.00002 })
    .end(2_460, 1, { initMs: 350, billedMs: 2_410, durationMs: 2_060 })
    .start(2_470, { number: 2, bytes: 1_536 })
    .tell(2_475, 2, 'invocation.started')
    .add({
      name: 'fault',
      atMs: 2_600,
      about: { kind: 'throttle', target: 'baton-dev', operation: 'Invoke', requestId: 'request-2' },
    })
    .add({
      name: 'fault',
      atMs: 2_700,
      about: { kind: 'crash', target: 'baton-dev', requestId: 'request-2' },
    })
    .end(2_710, 2, {
      reason: 'crash-fault',
      durationMs: 240,
      billedMs: 240,
      error: { errorType: 'Runtime.ExitError', errorMessage: 'killed' },
    })
    .add({
      name: 'retry',
      atMs: 2_710,
      about: { functionName: 'baton-dev', requestId: 'request-2', attempt: 2, delayMs: 5_000 },
    })
    .start(7_710, { number: 2, attempt: 2, cold: true, bytes: 1_536 })
    .tell(7_715, 2, 'invocation.ended', { ending: 'died', durationMs: 0, costUsd: 0.00001 })
    .tell(7_716, 2, 'invocation.started')
    .tell(7_800, 2, 'step.failed', {
      step: 'loadBatch',
      attempt: 1,
      willRetry: true,
      delayMs: 120,
      error: { name: 'Error', message: 'the file is locked' },
    })
    .tell(8_700, 2, 'progress', { step: 'loadBatch', done: 60_000, total: 100_000 })
    .tell(9_700, 2, 'progress', { step: 'loadBatch', done: 100_000, total: 100_000 })
    .tell(9_710, 2, 'execution.completed', { stepCount: 5, failedAttemptCount: 1 })
    .end(9_720, 2, {
      durationMs: 2_010,
      billedMs: 2_310,
      initMs: 300,
      response: JSON.stringify({
        status: 'completed',
        executionId,
        invocation: 2,
        result: { rows: 100_000 },
      }),
    });
}
