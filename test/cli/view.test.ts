import { stripVTControlCharacters } from 'node:util';
import type { RuntimeEvent } from '../../src';
import type { DevOptions } from '../../src/cli/dev/dev-options';
import { decideOutcome } from '../../src/cli/run/decide-outcome';
import { RunRecord } from '../../src/cli/run/run-record';
import { writeReport } from '../../src/cli/run/run-report';
import { PlainView } from '../../src/cli/view/choose-view';
import { describeEvent } from '../../src/cli/view/describe-event';
import { NoiseFilter, renderMessage } from '../../src/cli/view/message';
import { choosePaint, paintColors, paintNothing } from '../../src/cli/view/paint';
import { renderFrame } from '../../src/cli/view/render-frame';
import { renderSummary } from '../../src/cli/view/render-summary';
import { countCells } from '../../src/cli/view/text';
import { renderHeader } from '../../src/cli/view/view';
import { parseDevOptions } from './parse-dev-options';
import { Recording, recordBusyRun } from './recording';

const facts = { wallMs: 9_720, memoryMb: 512, architecture: 'x86_64', seed: 42 } as const;

/** The live lines after the first events of the busy run, in a box. */
function frameAt(atMs: number, columns: number): string {
  const recording = new Recording();
  for (const event of recordBusyRun().events) if (event.atMs <= atMs) recording.add(event);
  return `\n${renderFrame(recording.play(), atMs, columns, paintNothing).join('\n')}\n`;
}

describe('the live lines', () => {
  it('The live lines show progress, rate and time left, what runs, and what went wrong', () => {
    expect(frameAt(2_300, 120)).toMatchInlineSnapshot(`
"
loadBatch  ━━━━━━━━────────────────────────────────   20 %  20,000/100,000
#1 running 1.9 of 3 s · 2 s · 1 invocation
"
`);
    expect(frameAt(2_455, 120)).toMatchInlineSnapshot(`
"
loadBatch  ━━━━━━━━━━━━━━━━────────────────────────   40 %  40,000/100,000  20,000/s  3 s left  page 2
#1 running 2.1 of 3 s · 2 s · 1 invocation
"
`);
    expect(frameAt(9_705, 120)).toMatchInlineSnapshot(`
"
loadBatch  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  100 %  100,000/100,000  9,639/s
#2 running 2.0 of 3 s · 9 s · 3 invocations · 1 failed attempt · 1 redelivery · 1 call throttled · 1 crash
"
`);
  });

  it('The live lines leave out the least important where there is no room', () => {
    expect(frameAt(9_705, 80)).toMatchInlineSnapshot(`
"
loadBatch  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  100 %  100,000/100,000  9,639/s
#2 running 2.0 of 3 s · 9 s · 3 invocations · 1 failed attempt · 1 redelivery
"
`);
    expect(frameAt(9_705, 60)).toMatchInlineSnapshot(`
"
loadBatch  ━━━━━━━━━━━━━━━  100 %  100,000/100,000  9,639/s
#2 running 2.0 of 3 s · 9 s · 3 invocations
"
`);
    expect(frameAt(9_705, 40)).toMatchInlineSnapshot(`
"
━━━━━━━━━━━━━━━  100 %  100,000/100,000
#2 running 2.0 of 3 s · 9 s
"
`);
    expect(frameAt(9_705, 20)).toMatchInlineSnapshot(`
"
━━━━━━━━━━━━  100 %
#2 running 2.0 of …
"
`);
  });

  it('The live lines say when nothing runs yet, and how long until the next delivery', () => {
    expect(`\n${renderFrame(new RunRecord(), 0, 80, paintNothing).join('\n')}\n`).toMatchInlineSnapshot(`
"
starting · 0 s · 0 invocations
"
`);
    expect(frameAt(3_000, 80)).toMatchInlineSnapshot(`
"
loadBatch  ━━━━━━╸──────────   40 %  40,000/100,000  20,000/s  3 s left  page 2
waiting, 5 s until the next delivery · 3 s · 2 invocations · 1 redelivery
"
`);
  });

  it('The live lines show progress without a total as a count', () => {
    const record = new Recording()
      .start(0)
      .tell(100, 1, 'progress', { step: 'drain', done: 1_234, note: 'queue é日本' })
      .play();
    expect(`\n${renderFrame(record, 100, 60, paintNothing).join('\n')}\n`).toMatchInlineSnapshot(`
"
drain  1,234 done  queue é日本
#1 running 0.1 of 3 s · 0 s · 1 invocation
"
`);
  });

  it('The live lines never reach the last column, whatever the width and the figures', () => {
    for (const done of [0, 1, 99_999, 1e15]) {
      const fields = {
        step: 'aStepWithAVeryLongNameIndeed',
        done,
        total: 1e15,
        note: '日本語のメモ'.repeat(5),
      };
      const record = new Recording()
        .start(0)
        .tell(0, 1, 'progress', { ...fields, done: 0 })
        .tell(900, 1, 'progress', fields)
        .play();
      for (let columns = 20; columns <= 200; columns++) {
        for (const line of renderFrame(record, 1e7, columns, paintColors))
          expect(countCells(line)).toBeLessThan(columns);
      }
    }
  });

  it('The live lines look the same without colours', () => {
    const record = recordBusyRun().play();
    const colored = renderFrame(record, 9_705, 100, paintColors).map(stripVTControlCharacters);
    expect(colored).toEqual(renderFrame(record, 9_705, 100, paintNothing));
    expect(renderFrame(record, 9_705, 100, paintColors).join('')).not.toEqual(colored.join(''));
  });
});

describe('progress', () => {
  const progress = (recording: Recording) => recording.play().progress.read();

  it('Progress has no rate before half a second has passed, and that of the last ten seconds later', () => {
    const recording = new Recording()
      .start(0)
      .tell(0, 1, 'progress', { done: 0, total: 1_000 })
      .tell(400, 1, 'progress', { done: 40, total: 1_000 });
    expect(progress(recording)).toMatchObject({ done: 40, rate: undefined, leftMs: undefined });
    expect(progress(recording.tell(500, 1, 'progress', { done: 50, total: 1_000 }))).toMatchObject({
      rate: 100,
      leftMs: 9_500,
    });
    const later = recording
      .tell(20_000, 1, 'progress', { done: 500, total: 1_000 })
      .tell(25_000, 1, 'progress', { done: 600, total: 1_000 });
    expect(progress(later)).toMatchObject({ rate: 20, leftMs: 20_000 });
  });

  it('Progress starts again when it goes back or another step reports', () => {
    const recording = new Recording()
      .start(0)
      .tell(0, 1, 'progress', { step: 'one', done: 0 })
      .tell(1_000, 1, 'progress', { step: 'one', done: 10 });
    expect(progress(recording)).toMatchObject({ rate: 10 });
    expect(progress(recording.tell(2_000, 1, 'progress', { step: 'one', done: 5 }))).toMatchObject({
      done: 5,
      rate: undefined,
    });
    expect(progress(recording.tell(3_000, 1, 'progress', { step: 'two', done: 50 }))).toMatchObject({
      done: 50,
      rate: undefined,
    });
  });

  it('Progress follows the line in front when an execution has forked', () => {
    const recording = new Recording()
      .start(0)
      .tell(0, 3, 'progress', { done: 30, total: 100 })
      .tell(100, 2, 'progress', { done: 20, total: 100 });
    expect(progress(recording)).toMatchObject({ done: 30 });
  });

  it.each([{}, { done: 'many' }, { done: null }, { done: 5, total: 'all' }, { done: 7, total: 0 }])(
    'Progress survives %p',
    (fields) => {
      const recording = new Recording().start(0).tell(0, 1, 'progress', fields);
      expect(() => renderFrame(recording.play(), 1, 80, paintNothing)).not.toThrow();
    },
  );
});

describe('messages', () => {
  it('Messages tell in one row why each invocation ended', () => {
    const lines: string[] = [];
    recordBusyRun().play((event, taken) => {
      for (const message of describeEvent(event, taken)) lines.push(renderMessage(message, 80, paintNothing));
    });
    expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
"
· #1   started (cold)
twenty thousand
so far
↪ #1   handed off via lambda after 2.06 s, 1.5 KB, cold start 350 ms
· #2   started
! #2   fault: Invoke, refused with 429
✖ #2   crashed after 240 ms (fault)
↻ #2   will be delivered again in 5 s (delivery 2 of 3)
· #2   started (cold, delivery 2)
! #2   loadBatch failed (attempt 1): Error: the file is locked; again in 120 ms
✔ #2   completed after 2.01 s, cold start 300 ms
"
`);
  });

  it('Messages have words for every end', () => {
    const error = { errorType: 'TypeError', errorMessage: 'x is not a function\n→ never shown' };
    const died = (reason: 'error' | 'exit' | 'init-error' | 'out-of-memory' | 'stopped' | 'time-out') =>
      describeOne(undefined, { reason, error });
    const answered = (type: RuntimeEvent['type'], fields = {}, response = 'null') =>
      describeOne({ type, fields }, { response });
    const texts = [
      died('error'),
      died('exit'),
      died('init-error'),
      died('out-of-memory'),
      died('stopped'),
      died('time-out'),
      answered('execution.waiting', { channel: 'sqs', reason: 'wait', delaySeconds: 90, bytes: 700 }),
      answered('execution.handed-off', { channel: 'lambda', reason: 'interrupted', bytes: 3_000_000 }),
      describeOne(
        { type: 'execution.handed-off', fields: { channel: 'lambda', bytes: 1 } },
        { reason: 'crash-fault' },
      ),
      answered(
        'execution.failed',
        { error: { name: 'FuseBlownError', message: 'too often' } },
        '{"batchItemFailures":[{"itemIdentifier":"1"}]}',
      ),
      describeOne(
        { type: 'execution.failed', fields: { error: { name: 'FuseBlownError', message: 'too often' } } },
        { reason: 'error', error },
      ),
      answered('execution.started', {}, '{"batchItemFailures":[{"itemIdentifier":"1"}]}'),
      answered('execution.started', {}, '{"status":"duplicate"}'),
      answered('execution.started', {}, 'not json'),
    ];
    expect(`\n${texts.join('\n')}\n`).toMatchInlineSnapshot(`
"
✖ #1   failed after 2.05 s: TypeError: x is not a function
✖ #1   died after 2.05 s: TypeError: x is not a function
✖ #1   could not start: TypeError: x is not a function
✖ #1   ran out of its 512 MB of memory after 2.05 s
✖ #1   stopped after 2.05 s
✖ #1   was killed at its time-out of 3 s
↪ #1   handed off via sqs after 2.05 s, 700 B, to go on in 1 min 30 s
↪ #1   handed off via lambda (interrupted) after 2.05 s, 2.9 MB
✖ #1   handed off, but then crashed after 2.05 s (fault)
✖ #1   failed after 2.05 s
✖ #1   failed after 2.05 s
↻ #1   gave 1 of its messages back after 2.05 s
· #1   dropped as a duplicate after 2.05 s
· #1   answered after 2.05 s
"
`);
  });

  it('Messages pass on what the handler writes, and drop what is told otherwise', () => {
    const lines = [
      'plain words',
      '',
      '{"not":"ours"}',
      '{broken',
      '2026-11-23T13:00:00.000Z\tabc\tINFO\tconsole.log',
      '2026-11-23T13:00:00.000Z\tabc\tERROR\tInvoke Error \t{"errorType":"Error","errorMessage":"x","stack":[]}',
      '2026-11-23T13:00:00.000Z\tundefined\tERROR\tInit Error \t{"errorType":"Error","errorMessage":"no config","stack":["Error: no config","    at load (job.ts:3:9)","    at run (aws-lambda-ric/index.mjs:1:1)"]}',
      '2026-11-23T13:00:00.000Z\tundefined\tERROR\tInit Error \t{"errorType":"InvalidJobError","errorMessage":"no\\n→ do","stack":["    at x"]}',
      '{"level":"INFO","message":"page done","executionId":"e","step":"load","page":3,"note":"fine"}',
      '{"level":"WARN","message":"slow","executionId":"e"}',
      '{"level":"ERROR","message":"bad","error":{"name":"TypeError","message":"x"}}',
      '{"level":"INFO","message":"progress","event":"progress","executionId":"e","done":1}',
      '{"level":30,"msg":"progress","event":"progress","executionId":"e","done":1}',
      '{"level":"INFO","message":"progress"}',
    ];
    const told = lines.map((line) => {
      const event = {
        name: 'log',
        atMs: 0,
        about: { functionName: 'f', stream: 'stdout', line, environmentId: 'A' },
      } as const;
      const messages = describeEvent(event, new RunRecord().take(event));
      return messages.map((message) => renderMessage(message, 60, paintNothing)).join('\n') || '(nothing)';
    });
    expect(`\n${told.join('\n')}\n`).toMatchInlineSnapshot(`
"
plain words
(nothing)
{"not":"ours"}
{broken
console.log
(nothing)
no config
    at load (job.ts:3:9)
(nothing)
page done page=3 note=fine
!      slow
✖      bad: TypeError: x
(nothing)
(nothing)
progress
"
`);
  });
});

describe('noise', () => {
  const say = (line: string, environmentId = 'A', stream: 'stderr' | 'stdout' = 'stdout') =>
    ({ name: 'log', atMs: 0, about: { functionName: 'f', stream, line, environmentId } }) as const;

  it('Noise is what every cold start says again, but not what executions say', () => {
    const filter = new NoiseFilter();
    const warn = (timestamp: string) =>
      say(JSON.stringify({ level: 'WARN', message: 'no checkpoint store', timestamp }));
    expect(
      [warn('1'), warn('2'), say('plain'), say('plain')].map((event) =>
        filter.isNoise(event, new RunRecord().take(event)),
      ),
    ).toEqual([false, true, false, false]);
    const step = say('{"message":"step failed","executionId":"e"}');
    expect([step, step].map((event) => filter.isNoise(event, new RunRecord().take(event)))).toEqual([
      false,
      false,
    ]);
  });

  it("Noise is Node's own report of a failed cold start, and of no other environment", () => {
    const filter = new NoiseFilter();
    const lines = [
      say('Uncaught', 'A', 'stderr'),
      say('2026-11-23T13:00:00.000Z\tundefined\tERROR\tInit Error \t{}', 'A', 'stderr'),
      say('Uncaught', 'A', 'stderr'),
      say('Uncaught', 'B', 'stderr'),
      say('still talking', 'A'),
    ];
    expect(lines.map((event) => filter.isNoise(event, new RunRecord().take(event)))).toEqual([
      false,
      false,
      true,
      false,
      false,
    ]);
  });
});

function describeOne(told: { type: RuntimeEvent['type']; fields: object } | undefined, end: object): string {
  const recording = new Recording().start(0);
  if (told) recording.tell(1, 1, told.type, told.fields);
  let text = '';
  recording.end(2_050, 1, end).play((event, taken) => {
    if (event.name === 'invocation-end')
      text = describeEvent(event, taken)
        .map((message) => renderMessage(message, 100, paintNothing))
        .join('\n');
  });
  return text;
}

describe('plain lines', () => {
  it('Plain lines stand alone, with the time in front', () => {
    const written: string[] = [];
    const record = new RunRecord();
    const view = new PlainView({ write: (text) => written.push(text) }, paintNothing, record);
    view.begin({
      command: 'baton dev',
      options: parseDevOptions(['job.ts', '--crash', '0.1']) as DevOptions,
      seed: 42,
      hasQueue: true,
    });
    for (const event of recordBusyRun().events) view.show(event, record.take(event));
    view.end(writeReport(record, decideOutcome(record, false), facts));
    expect(`\n${written.join('')}`).toMatchInlineSnapshot(`
"
baton dev job.ts (time-out 3 s, 512 MB, queue, crash 0.1, seed 42)
   0.4 s  #1   started (cold)
twenty thousand
so far
   2.5 s  #1   handed off via lambda after 2.06 s, 1.5 KB, cold start 350 ms
   2.5 s  #2   started
   2.6 s  #2   fault: Invoke, refused with 429
   2.7 s  #2   crashed after 240 ms (fault)
   2.7 s  #2   will be delivered again in 5 s (delivery 2 of 3)
   7.7 s  #2   started (cold, delivery 2)
   7.7 s       loadBatch: 40 %, 40,000 of 100,000, 20,000/s, 3 s left, page 2
   7.8 s  #2   loadBatch failed (attempt 1): Error: the file is locked; again in 120 ms
   9.7 s  #2   completed after 2.01 s, cold start 300 ms
✔ completed in 9.72 s
  invocations  3, 2 cold starts, 1 × crash-fault
  steps        5, 1 failed attempt, 1 redelivery
  faults       1 call throttled, 1 crash (--seed 42 asks for the same)
  handed over  1.5 KB in 1 continuation (1 × lambda), at most 1.5 KB
  billed       4.96 s at 512 MB = 2.48 GB-s
  cost         $0.0000300 at the list prices of November 2026 (us-east-1, x86_64)
  result       {"rows":100000}
"
`);
  });
});

describe('the summary', () => {
  it('The summary fits the terminal', () => {
    const record = recordBusyRun().play();
    const report = writeReport(record, decideOutcome(record, false), facts);
    expect(`\n${renderSummary(report, 60, paintNothing).join('\n')}\n`).toMatchInlineSnapshot(`
"
✔ completed in 9.72 s
  invocations  3, 2 cold starts, 1 × crash-fault
  steps        5, 1 failed attempt, 1 redelivery
  faults       1 call throttled, 1 crash (--seed 42 asks
               for the same)
  handed over  1.5 KB in 1 continuation (1 × lambda), at
               most 1.5 KB
  billed       4.96 s at 512 MB = 2.48 GB-s
  cost         $0.0000300 at the list prices of November
               2026 (us-east-1, x86_64)
  result       {"rows":100000}
"
`);
    for (const line of renderSummary(report, 60, paintColors)) expect(countCells(line)).toBeLessThan(60);
  });
});

describe('the first line', () => {
  it('The first line says what is out of the ordinary', () => {
    const options = parseDevOptions([
      'job.ts',
      '--recursion',
      'terminate',
      '--node',
      '/opt/node',
      '--timeout',
      '15m',
    ]) as DevOptions;
    expect(
      renderHeader({ command: 'baton dev', options, seed: 1, hasQueue: false }, paintNothing),
    ).toMatchInlineSnapshot(`"baton dev job.ts (time-out 15 min, 512 MB, /opt/node, recursion terminates)"`);
  });
});

describe('choosePaint', () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ TERM: 'dumb' }, true, false],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  ])('choosePaint with %p on a terminal %p paints: %p', (environment, isTerminal, isPainted) => {
    expect(choosePaint(environment, isTerminal) === paintColors).toBe(isPainted);
  });
});
