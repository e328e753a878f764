import { modelFromEvents } from '../../../src/cli/timeline/model-from-events';
import { modelFromHistory } from '../../../src/cli/timeline/model-from-history';
import { renderTerminal } from '../../../src/cli/timeline/render-terminal';
import type { Timeline } from '../../../src/cli/timeline/timeline';
import { paintColors, paintNothing } from '../../../src/cli/view/paint';
import { countCells } from '../../../src/cli/view/text';
import { beginMs, describeLong, tellChaos, tellHostile } from './sample-runs';

describe('a timeline in the terminal', () => {
  it('A timeline in the terminal draws each invocation where it ran, and what was between', () => {
    const timeline = modelFromHistory(describeLong(23), [], beginMs);
    expect(`\n${renderTerminal(timeline, paintNothing, 100).join('\n')}\n`).toMatchInlineSnapshot(`
"
✔ completed  reconcile-payments-2026-11 of job ReconcilePayments
  Completed in 9 h 29 min, in 23 invocations, for about $0.140.
  It waited 4 h on a timer after invocation 20 (42 % of the time).
  1 invocation died (#11) after 3 min 31 s of work at least; it took 1 min 2 s until the next one
  went on.
  6 attempts failed.
  It was handed over 20 times: 592 ms on average, 820 ms at most.

  #1  ▕▊                                  ▏ 14 min 42 s handed over, 211 steps, $0.00610
  #2  ▕█▊                                 ▏ 14 min 44 s handed over, 212 steps, $0.00610
  #3  ▕ █▋                                ▏ 14 min 46 s handed over, 213 steps, 2 failed, $0.00610
  #4  ▕  █▌                               ▏ 14 min 48 s handed over, 214 steps, $0.00610
  #5  ▕   █▌                              ▏ 14 min 50 s handed over, 215 steps, $0.00610
  #6  ▕    █▍                             ▏ 14 min 52 s handed over, 216 steps, $0.00610
  #7  ▕     █▎                            ▏ 14 min 41 s handed over, 210 steps, $0.00610
  #8  ▕      █▎                           ▏ 14 min 43 s handed over, 211 steps, $0.00610
  #9  ▕       █▏                          ▏ 14 min 45 s handed over, 212 steps, $0.00610
  #10 ▕        █▏                         ▏ 14 min 47 s handed over, 213 steps, $0.00610
  #11 ▕         ▎                         ▏ 3 min 31 s at least, died, 40 steps, $0.00610
      · Nobody for 1 min 2 s, until it was tried again
  #12 ▕         █▎                        ▏ 14 min 51 s handed over, 215 steps, $0.00610
  #13 ▕          █▏                       ▏ 14 min 40 s handed over, 216 steps, 2 failed, $0.00610
  #14 ▕           █▏                      ▏ 14 min 42 s handed over, 210 steps, $0.00610
  #15 ▕            ▉                      ▏ 14 min 44 s handed over, 211 steps, $0.00610
  #16 ▕            █▊                     ▏ 14 min 46 s handed over, 212 steps, $0.00610
  #17 ▕             █▊                    ▏ 14 min 48 s handed over, 213 steps, $0.00610
  #18 ▕              █▋                   ▏ 14 min 50 s handed over, 214 steps, $0.00610
  #19 ▕               █▌                  ▏ 14 min 52 s handed over, 215 steps, $0.00610
  #20 ▕                █▌                 ▏ 14 min 41 s waiting, 216 steps, $0.00610
      · Waited 4 h on a timer
  #21 ▕                                █▏ ▏ 14 min 43 s handed over, 210 steps, $0.00610
  #22 ▕                                 █▏▏ 14 min 45 s handed over, 211 steps, $0.00610
  #23 ▕                                  █▏ 14 min 47 s completed, 212 steps, 2 failed, $0.00610
       0 ms                     9 h 29 min
"
`);
  });

  it('A timeline in the terminal shows the attempts of a local run that went wrong, and children beneath their parent', () => {
    const lines = renderTerminal(chaos(), paintNothing, 120);
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringContaining(
          '✖ fetchPage, cycle 6, attempt 1 failed: HttpError: 503 Service Unavailable, tried again after 800 ms',
        ),
        expect.stringContaining('✖ writeRows, cycle 7, attempt 1 died with its invocation'),
        expect.stringContaining('  ✖ failed  import-2026-11-23/1/asia of job ImportRegion'),
      ]),
    );
  });

  it.each([40, 80, 200])('A timeline in the terminal fits %d columns', (columns) => {
    const timelines = [chaos(), modelFromHistory(describeLong(64), [], beginMs)];
    const drawn = timelines.flatMap((timeline) => renderTerminal(timeline, paintNothing, columns));
    for (const line of drawn.filter((text) => text.includes('▕')))
      expect(countCells(line)).toBeLessThanOrEqual(columns);
  });

  it('A timeline in the terminal draws the last 200 of many invocations, and counts the others', () => {
    const drawn = renderTerminal(modelFromHistory(describeLong(950), [], beginMs), paintNothing, 100);
    expect(drawn.filter((line) => line.includes('▕'))).toHaveLength(200);
    expect(drawn.join('\n')).toContain('750 earlier invocations');
  });

  it('A timeline in the terminal lets no id or error steer the terminal', () => {
    const timeline = modelFromEvents(tellHostile(), beginMs + 5_000) as Timeline;
    const text = renderTerminal(timeline, paintNothing, 100).join('\n');
    for (const control of ['\u202e', '\u2028', '\u001b']) expect(text).not.toContain(control);
    expect(renderTerminal(timeline, paintColors, 100).join('\n')).toContain('\u001b[');
  });
});

function chaos(): Timeline {
  return modelFromEvents(tellChaos(), beginMs + 4_000_000) as Timeline;
}
