import type { DevOptions } from '../../src/cli/dev/dev-options';
import { decideOutcome } from '../../src/cli/run/decide-outcome';
import { RunRecord } from '../../src/cli/run/run-record';
import { writeReport } from '../../src/cli/run/run-report';
import { chooseView, JsonView, PlainView, QuietView } from '../../src/cli/view/choose-view';
import { LiveView, Screen } from '../../src/cli/view/live-view';
import { paintColors } from '../../src/cli/view/paint';
import { countCells, cutToCells } from '../../src/cli/view/text';
import { PaperTerminal } from './paper-terminal';
import { parseDevOptions } from './parse-dev-options';
import { recordBusyRun } from './recording';

describe('Screen', () => {
  it('Screen keeps the live lines below what is printed', () => {
    const terminal = new PaperTerminal(40);
    const screen = new Screen(terminal);
    screen.draw(['bar 10 %', 'running']);
    screen.print('first');
    screen.draw(['bar 20 %', 'running']);
    screen.print('second');
    expect(terminal.text).toBe('first\nsecond\nbar 20 %\nrunning');
    expect(terminal.isCursorHidden).toBe(true);
  });

  it('Screen takes more, fewer and no live lines', () => {
    const terminal = new PaperTerminal(40);
    const screen = new Screen(terminal);
    screen.draw(['one']);
    screen.draw(['one', 'two', 'three']);
    expect(terminal.text).toBe('one\ntwo\nthree');
    screen.draw(['only']);
    expect(terminal.text).toBe('only');
    screen.draw([]);
    screen.print('last');
    expect(terminal.text).toBe('last');
  });

  it('Screen lets printed lines wrap', () => {
    const terminal = new PaperTerminal(10);
    const screen = new Screen(terminal);
    screen.draw(['live']);
    screen.print('a line of 20 letters');
    screen.draw(['still live']);
    expect(terminal.text).toBe('a line of\n20 letters\nstill live');
  });

  it('Screen leaves nothing but what was printed, and the cursor', () => {
    const terminal = new PaperTerminal(40);
    const screen = new Screen(terminal);
    screen.draw(['bar', 'status']);
    screen.print('told');
    screen.close();
    expect(terminal.text).toBe('told');
    expect(terminal.isCursorHidden).toBe(false);
  });

  it('Screen counts the rows that its lines take after the terminal became narrower', () => {
    const terminal = new PaperTerminal(40);
    const screen = new Screen(terminal);
    screen.print('stays');
    screen.draw(['x'.repeat(30), 'y'.repeat(10)]);
    terminal.resize(20);
    screen.draw(['z']);
    expect(terminal.text).toBe('stays\nz');
  });
});

describe('LiveView', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('LiveView shows a run, and at its end the summary instead of the live lines', () => {
    const terminal = new PaperTerminal(80);
    const record = new RunRecord();
    let nowMs = 0;
    const view = new LiveView({
      screen: new Screen(terminal),
      paint: paintColors,
      record,
      readTime: () => nowMs,
    });
    view.begin({
      command: 'baton dev',
      options: parseDevOptions(['job.ts']) as DevOptions,
      seed: 42,
      hasQueue: true,
    });
    for (const event of recordBusyRun().events) {
      jest.advanceTimersByTime(event.atMs - nowMs);
      nowMs = event.atMs;
      view.show(event, record.take(event));
      if (event.atMs === 2_450) {
        jest.advanceTimersByTime(100);
        expect(`\n${terminal.text}\n`).toMatchInlineSnapshot(`
"
baton dev job.ts (time-out 3 s, 512 MB, queue)
twenty thousand
so far
loadBatch  ━━━━━━╸──────────   40 %  40,000/100,000  20,000/s  3 s left  page 2
#1 running 2.0 of 3 s · 2 s · 1 invocation
"
`);
      }
    }
    view.end(
      writeReport(record, decideOutcome(record, false), {
        wallMs: 9_720,
        memoryMb: 512,
        architecture: 'arm64',
        seed: 42,
      }),
    );
    view.close();
    expect(`\n${terminal.text}\n`).toMatchInlineSnapshot(`
"
baton dev job.ts (time-out 3 s, 512 MB, queue)
twenty thousand
so far
↪ #1   handed off via lambda after 2.06 s, 1.5 KB, cold start 350 ms
! #2   fault: Invoke, refused with 429
✖ #2   crashed after 240 ms (fault)
↻ #2   will be delivered again in 5 s (delivery 2 of 3)
! #2   loadBatch failed (attempt 1): Error: the file is locked; again in 120 ms
✔ #2   completed after 2.01 s, cold start 300 ms

✔ completed in 9.72 s
  invocations  3, 2 cold starts, 1 × crash-fault
  steps        5, 1 failed attempt, 1 redelivery
  faults       1 call throttled, 1 crash (--seed 42 asks for the same)
  handed over  1.5 KB in 1 continuation (1 × lambda), at most 1.5 KB
  billed       4.96 s at 512 MB = 2.48 GB-s
  cost         $0.0000300 at the list prices of November 2026 (us-east-1,
               arm64)
  result       {"rows":100000}
"
`);
    expect(terminal.isCursorHidden).toBe(false);
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('JsonView', () => {
  it('JsonView sends what the handler writes to standard error, and nothing of its own', () => {
    const [stdout, stderr]: [string[], string[]] = [[], []];
    const view = new JsonView({ write: (text) => stdout.push(text) }, { write: (text) => stderr.push(text) });
    recordBusyRun().play((event, taken) => view.show(event, taken));
    expect({ stdout, stderr }).toEqual({ stdout: [], stderr: ['twenty thousand\n', 'so far\n'] });
  });
});

describe('the view', () => {
  const choose = (output: DevOptions['output'], isTTY: boolean, environment = {}) => {
    const stream = { isTTY, write: () => true };
    return chooseView(
      output,
      { stdout: stream, stderr: stream, stdin: process.stdin, environment, workingDirectory: '' },
      new RunRecord(),
      () => 0,
    );
  };

  it.each([
    ['text', true, {}, LiveView],
    ['text', true, { NO_COLOR: '1' }, LiveView],
    ['text', true, { TERM: 'dumb' }, PlainView],
    ['text', true, { CI: 'true' }, PlainView],
    ['text', false, { FORCE_COLOR: '1' }, PlainView],
    ['json', true, {}, JsonView],
    ['quiet', true, {}, QuietView],
  ] as const)(
    'The view for %s on a terminal %p with %p is the right one',
    (output, isTTY, environment, expected) => {
      expect(choose(output, isTTY, environment)).toBeInstanceOf(expected);
    },
  );
});

describe('cells', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['é', 1],
    ['日本', 4],
    ['🚀', 2],
    ['━╸─↪✖✔↻…', 8],
    ['\u001b[31mred\u001b[39m', 3],
  ])('The cells of %p are %p', (text, cells) => {
    expect(countCells(text)).toBe(cells);
  });

  it.each([
    ['fits', 4, 'fits'],
    ['does not fit', 8, 'does no…'],
    ['日本語', 4, '日…'],
    ['two\nlines', 20, 'two lines'],
    ['x', 0, ''],
    ['xy', 1, '…'],
  ])('A text that is cut by cells, %p to %p, keeps whole characters', (text, width, expected) => {
    expect(cutToCells(text, width)).toBe(expected);
  });
});
