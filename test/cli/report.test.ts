import { decideOutcome } from '../../src/cli/run/decide-outcome';
import { readInvocationNumber } from '../../src/cli/run/invocation-record';
import { estimateCost, writeReport } from '../../src/cli/run/run-report';
import { paintNothing } from '../../src/cli/view/paint';
import { renderSummary } from '../../src/cli/view/render-summary';
import { formatBytes, formatCount, formatDuration, formatSeconds, formatUsd } from '../../src/cli/view/text';
import type { DropReason } from '../../src/local';
import { listPrices as prices } from '../../src/runtime/core/cost/cost';
import { Recording, recordBusyRun } from './recording';

const facts = { wallMs: 9_720.4, memoryMb: 512, architecture: 'x86_64', seed: 42 } as const;

describe('the report', () => {
  it('The report sums a run up', () => {
    const record = recordBusyRun().play();
    expect(writeReport(record, decideOutcome(record, false), facts)).toMatchInlineSnapshot(`
{
  "billedMs": 4960,
  "cost": {
    "architecture": "x86_64",
    "billedUsd": 0.00004193341600000001,
    "durationUsd": 0.00004133341600000001,
    "gbSeconds": 2.4800000000000004,
    "pricesOf": "November 2026",
    "region": "us-east-1",
    "requestsUsd": 6e-7,
    "sqsUsd": 0,
    "totalUsd": 0.000030000000000000004,
  },
  "dropped": [],
  "duplicateCount": 0,
  "executions": [
    {
      "costUsd": 0.000030000000000000004,
      "executionId": "execution-1",
      "failedAttemptCount": 1,
      "invocation": 2,
      "invocationCount": 3,
      "job": "Backfill",
      "result": {
        "rows": 100000,
      },
      "status": "completed",
      "stepCount": 5,
    },
  ],
  "failedAttemptCount": 1,
  "faults": {
    "crash": 1,
    "throttle": 1,
  },
  "handOffs": {
    "byChannel": {
      "lambda": 1,
    },
    "bytes": 1536,
    "count": 1,
    "maxBytes": 1536,
  },
  "invocations": {
    "byReason": {
      "crash-fault": 1,
      "ok": 2,
    },
    "coldCount": 2,
    "count": 3,
  },
  "memoryMb": 512,
  "outcome": "completed",
  "retryCount": 1,
  "seed": 42,
  "stepCount": 5,
  "supersededCount": 0,
  "throttleCount": 0,
  "wallMs": 9720,
}
`);
  });

  it('The report counts what a forked execution did only once', () => {
    const recording = new Recording().start(0, { environmentId: 'A' }).start(0, { environmentId: 'B' });
    recording
      .tell(10, 1, 'execution.completed', { stepCount: 9 }, 'A')
      .tell(20, 1, 'execution.completed', { stepCount: 7 }, 'B');
    const record = recording.play();
    expect(writeReport(record, decideOutcome(record, false), facts).stepCount).toBe(9);
  });

  it('The report tells retries and duplicates with one request id apart by their environments', () => {
    const recording = new Recording().start(0, { environmentId: 'A' }).start(0, { environmentId: 'B' });
    recording.end(100, 1, { environmentId: 'A', reason: 'time-out' }).end(200, 1, { environmentId: 'B' });
    const record = recording.play();
    expect(record.invocations.map(({ end }) => end?.reason)).toEqual(['time-out', 'ok']);
    expect(record.running).toEqual([]);
  });

  it('The report adds up what was handed over, and finds the largest', () => {
    const recording = new Recording()
      .start(0)
      .tell(1, 1, 'execution.handed-off', { bytes: 700, channel: 'lambda' });
    recording
      .tell(2, 1, 'execution.handed-off', { bytes: 300, channel: 'sqs' })
      .tell(3, 1, 'execution.handed-off', { bytes: 500, channel: 'lambda' });
    const record = recording.play();
    expect(writeReport(record, decideOutcome(record, false), facts).handOffs).toEqual({
      count: 3,
      byChannel: { lambda: 2, sqs: 1 },
      bytes: 1_500,
      maxBytes: 700,
    });
  });

  it('The report counts what the store has dropped, and says it in the summary', () => {
    const recording = recordBusyRun().tell(9_800, 2, 'duplicate.dropped', {
      status: 'duplicate',
    });
    recording.tell(9_810, 2, 'duplicate.dropped', { status: 'completed' });
    recording.tell(9_820, 2, 'execution.superseded');
    const record = recording.play();
    const report = writeReport(record, decideOutcome(record, false), {
      ...facts,
      store: { directory: '/x', options: ' --directory x', bundle: 'job.ts' },
    });
    expect(report).toMatchObject({ outcome: 'completed', duplicateCount: 2, supersededCount: 1 });
    const lines = renderSummary(report, 100, paintNothing).join('\n');
    expect(lines).toContain('duplicates   3 dropped, 1 of them by stopping the invocation before\n');
    expect(lines).toContain('look up      baton status execution-1 --directory x');
  });

  it('The report charges the size of an event to Invoke, not to a queue', () => {
    const requestsOf = (channel: 'invoke' | 'sqs') => {
      const record = new Recording().start(0, { bytes: 400_000, channel }).play();
      return (
        writeReport(record, decideOutcome(record, false), facts).cost.requestsUsd / prices.lambdaRequestUsd
      );
    };
    expect(requestsOf('invoke')).toBeCloseTo(4, 6);
    expect(requestsOf('sqs')).toBeCloseTo(1, 6);
  });

  it('The report survives an end without a beginning', () => {
    expect(() => new Recording().end(0, 1).tell(1, 1, 'execution.handed-off').play()).not.toThrow();
  });
});

describe('the number of an invocation', () => {
  const continuation = JSON.stringify({ lambdaBaton: { v: 1, continuation: { invocation: 7 } } });

  it.each([
    ['{}', 1],
    ['"text"', 1],
    ['null', 1],
    ['{"lambdaBaton":{"v":1,"start":{}}}', 1],
    [continuation, 7],
    [JSON.stringify({ Records: [{ body: continuation }] }), 7],
    [JSON.stringify({ Records: [{ body: 'plain' }] }), undefined],
    ['{"Records":[]}', undefined],
    ['{"lambdaBaton":{"continuation":{"invocation":"7"}}}', undefined],
    ['no json', undefined],
  ])('The number of an invocation of %s is %p', (payload, number) => {
    expect(readInvocationNumber(payload)).toBe(number);
  });
});

describe('the cost', () => {
  const invocation = { billedMs: 1_000, memoryMb: 1_024, bytes: 100 };
  const one = { invocations: [invocation], sqsSentCount: 0, sqsDeliveredCount: 0 };

  it('The cost is that of the price list', () => {
    expect(prices).toMatchObject({ lambdaRequestUsd: 0.0000002, sqsRequestUsd: 0.0000004 });
    expect(estimateCost(one, 'x86_64')).toEqual({
      gbSeconds: 1,
      requestsUsd: 0.0000002,
      durationUsd: 0.0000166667,
      sqsUsd: 0,
      billedUsd: 0.0000002 + 0.0000166667,
    });
    expect(estimateCost(one, 'arm64').durationUsd).toBe(0.0000133334);
  });

  it('The cost is $1.44 for 24 hours at 1 GB, and next to nothing for its 96 hand-offs', () => {
    const invocations = Array.from({ length: 96 }, () => ({
      billedMs: 900_000,
      memoryMb: 1_024,
      bytes: 5_000,
    }));
    const cost = estimateCost({ ...one, invocations }, 'x86_64');
    expect(cost.durationUsd).toBeCloseTo(1.44, 2);
    expect(cost.requestsUsd).toBeCloseTo(0.00002, 5);
  });

  it.each([
    [0, 1],
    [262_144, 1],
    [262_145, 2],
    [262_144 + 65_536, 2],
    [262_144 + 65_537, 3],
    [1_048_576, 13],
  ])('The cost of an event of %p bytes is that of %p requests', (bytes, requestCount) => {
    const { requestsUsd } = estimateCost({ ...one, invocations: [{ ...invocation, bytes }] }, 'x86_64');
    expect(requestsUsd).toBeCloseTo(requestCount * 0.0000002, 12);
  });

  it('The cost has three SQS requests for each hop through the queue', () => {
    expect(estimateCost({ ...one, sqsSentCount: 10, sqsDeliveredCount: 10 }, 'x86_64').sqsUsd).toBeCloseTo(
      30 * 0.0000004,
      12,
    );
  });
});

describe('the decision', () => {
  const dropped = (reason: DropReason) =>
    new Recording()
      .start(0)
      .tell(1, 1, 'execution.started')
      .end(2, 1)
      .add({
        name: 'dropped',
        atMs: 3,
        about: { functionName: 'f', requestId: 'request-1', reason, channel: 'invoke', sentTo: [] },
      });
  const failing = () =>
    new Recording()
      .start(0)
      .tell(1, 1, 'execution.failed', { error: { name: 'FuseBlownError', message: 'No.\n→ Yes.' } });

  it('The decision is completed when the execution has completed', () => {
    expect(decideOutcome(recordBusyRun().play(), false)).toEqual({
      outcome: 'completed',
      failure: undefined,
    });
  });

  it('The decision is completed by the answer alone when the log says nothing', () => {
    const record = new Recording()
      .start(0)
      .end(1, 1, { response: '{"status":"completed","executionId":"e"}' })
      .play();
    expect(decideOutcome(record, false).outcome).toBe('completed');
  });

  it('The decision is failed with the error and its fix', () => {
    expect(decideOutcome(failing().play(), false)).toEqual({
      outcome: 'failed',
      failure: { name: 'FuseBlownError', message: 'No.\n→ Yes.' },
    });
  });

  it('The decision is completed when a later delivery completed what had failed', () => {
    expect(decideOutcome(failing().tell(2, 1, 'execution.completed').play(), false).outcome).toBe(
      'completed',
    );
    const reversed = new Recording()
      .start(0)
      .tell(0, 1, 'execution.completed')
      .tell(1, 1, 'execution.failed', {});
    expect(decideOutcome(reversed.play(), false).outcome).toBe('completed');
  });

  it('The decision is not completed while one of several executions is not', () => {
    const recording = recordBusyRun().tell(9_999, 1, 'execution.started', { executionId: 'another' });
    expect(decideOutcome(recording.play(), false)).toMatchObject({ outcome: 'lost' });
  });

  it('The decision is cancelled when the execution was', () => {
    const record = new Recording()
      .start(0)
      .tell(1, 1, 'execution.started')
      .tell(2, 1, 'execution.cancelled')
      .play();
    expect(decideOutcome(record, false)).toEqual({ outcome: 'cancelled', failure: undefined });
  });

  it('The decision is interrupted when the user stopped it, unless it had completed', () => {
    expect(decideOutcome(failing().play(), true).outcome).toBe('interrupted');
    expect(decideOutcome(new Recording().play(), true).outcome).toBe('interrupted');
    expect(decideOutcome(recordBusyRun().play(), true).outcome).toBe('completed');
  });

  it('The decision names what an execution was lost by, and what to do', () => {
    const reasons: DropReason[] = [
      'EventAgeExceeded',
      'RecursiveInvocation',
      'RetriesExhausted',
      'ZeroReservedConcurrency',
    ];
    const texts = reasons.map((reason) => decideOutcome(dropped(reason).play(), false).failure?.message);
    const message = { queueName: 'q', messageId: 'm', bytes: 1, delayMs: 0, deadLetter: true };
    const started = () => new Recording().start(0).tell(1, 1, 'execution.started');
    texts.push(
      decideOutcome(started().add({ name: 'message', atMs: 1, about: message }).play(), false).failure
        ?.message,
    );
    texts.push(decideOutcome(started().play(), false).failure?.message);
    expect(`\n${texts.join('\n')}\n`).toMatchInlineSnapshot(`
"
Execution execution-1 was lost: its last event grew too old.
→ Give it a shorter --retry-delay.
Execution execution-1 was lost: Lambda's recursion detection dropped its continuation.
→ Leave --recursion at allow, and deploy the function with RecursiveLoop: Allow.
Execution execution-1 was lost: its last event failed three times and was given up.
→ Look at the invocations above: on AWS, too, only the dead-letter queue would have it now.
Execution execution-1 was lost: the function may not run.
→ Raise its reserved concurrency.
Execution execution-1 was lost: its message went to the dead-letter queue.
→ Look at the invocations above.
Execution execution-1 was lost: nothing is left that would carry it on.
→ Look at the invocations above.
"
`);
  });

  it('The decision is failed when no execution began, with the reason', () => {
    const end = (errorType: string, errorMessage: string) =>
      decideOutcome(
        new Recording()
          .start(0)
          .end(1, 1, { reason: 'init-error', error: { errorType, errorMessage } })
          .play(),
        false,
      ).failure?.message;
    const texts = [
      end('Runtime.HandlerNotFound', 'job.handlr is undefined or not exported'),
      end('Runtime.ImportModuleError', "Cannot find module 'left-pad'\nRequire stack:"),
      end('Runtime.UserCodeSyntaxError', 'SyntaxError: Invalid or unexpected token'),
      end('InvalidJobError', 'Two faults.\n→ Fix both.'),
      end('TypeError', 'x is not a function'),
      decideOutcome(new Recording().start(0).end(1, 1).play(), false).failure?.message,
    ];
    expect(`\n${texts.join('\n')}\n`).toMatchInlineSnapshot(`
"
job.handlr is undefined or not exported
→ Export it: export const handler = createHandler(YourJob). Another name goes with --handler.
Cannot find module 'left-pad'
→ Install what is missing, or bundle it in.
SyntaxError: Invalid or unexpected token
→ If the bundle still has decorators in it (@LongRunning), bundle with "experimentalDecorators": true in the tsconfig.json.
Two faults.
→ Fix both.
x is not a function
The handler ran, but no execution began.
→ Export const handler = createHandler(YourJob).
"
`);
  });
});

describe('figures', () => {
  it.each([
    [formatDuration(0), '0 ms'],
    [formatDuration(999.4), '999 ms'],
    [formatDuration(999.6), '1 s'],
    [formatDuration(2_050), '2.05 s'],
    [formatDuration(9_999), '10 s'],
    [formatDuration(29_149), '29.1 s'],
    [formatDuration(59_960), '1 min'],
    [formatDuration(125_000), '2 min 5 s'],
    [formatDuration(3_600_000), '1 h'],
    [formatDuration(12_000_000), '3 h 20 min'],
    [formatSeconds(0), '0 s'],
    [formatSeconds(1), '1 s'],
    [formatSeconds(59_001), '1 min'],
    [formatSeconds(1_999, Math.floor), '1 s'],
    [formatBytes(0), '0 B'],
    [formatBytes(1_023), '1023 B'],
    [formatBytes(1_024), '1 KB'],
    [formatBytes(1_536), '1.5 KB'],
    [formatBytes(1_048_575), '1024 KB'],
    [formatBytes(1_048_576), '1 MB'],
    [formatUsd(0), '$0'],
    [formatUsd(0.000247), '$0.000247'],
    [formatUsd(0.02), '$0.0200'],
    [formatUsd(1.444), '$1.44'],
    [formatCount(7_501.4), '7,501'],
    [formatCount(7.54), '7.5'],
    [formatCount(7), '7'],
  ])('Figures read %p', (actual, expected) => {
    expect(actual).toBe(expected);
  });
});
