import { createHash } from 'node:crypto';
import { modelFromEvents } from '../../../src/cli/timeline/model-from-events';
import { modelFromHistory } from '../../../src/cli/timeline/model-from-history';
import { fitPage } from '../../../src/cli/timeline/page/fit-page';
import type { RuntimeEvent } from '../../../src/runtime/observe/runtime-event';
import { beginMs, describeLong, hostileText, Teller, tellChaos, tellHostile } from './sample-runs';

describe('the page of a timeline', () => {
  const page = draw(tellChaos());

  it('The page of a timeline loads nothing, from nowhere', () => {
    expect(page).not.toMatch(
      /\b(?:src|href|srcset|action|poster)\s*=|@import|url\((?!#)|https?:\/\/|import\(|fetch\(|XMLHttpRequest/,
    );
  });

  it('The page of a timeline lets the browser run its own script and style, and nothing else', () => {
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
    const [, script = ''] = /<script>([\s\S]*?)<\/script>/.exec(page) ?? [];
    expect(policy).toBe(`default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}`);
    expect(page).not.toMatch(/ (?:on\w+|style)=/);
  });

  it('The page of a timeline says without its chart what happened: every invocation, wait, death and failure', () => {
    for (const text of [
      'Completed in 1 h, in 6 invocations',
      'Waited 1 h for a signal',
      'Waited 7.5 s for its children',
      'Nobody for 9 s, until it was tried again',
      'fetchPage, cycle 6, attempt 2 – failed: HttpError: 503 Service Unavailable',
      'writeRows, cycle 7 – died with its invocation',
      'Child import-2026-11-23/1/asia: failed',
    ])
      expect(page).toContain(text);
  });

  it('The page of a timeline has data that its script can read, whatever is in it', () => {
    const { lanes } = readData(page);
    expect(lanes.map(({ bars }) => bars.length)).toEqual([6, 1, 1, 1]);
  });

  it('The page of a timeline escapes every text, in HTML and in the script, and shows what would turn or hide others', () => {
    const hostile = draw(tellHostile());
    expect(hostile).not.toContain('<img');
    expect(hostile.match(/<script/g)).toHaveLength(2);
    expect(hostile.match(/<\/script/g)).toHaveLength(2);
    expect(hostile).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(hostile).toContain('\\u202e');
    expect(hostile).not.toMatch(/[\u202e\u2028]/);
    expect(JSON.stringify(readData(hostile))).toContain(hostileText.slice(0, 20));
  });

  it('The page of a timeline is 2 MB at most, and says what it leaves out: what went well', () => {
    const run = new Teller('big', 'Big');
    run.begin();
    for (let cycle = 1; cycle <= 40_000; cycle += 1) {
      run.step(`step${cycle % 50}`, 20, { cycle });
      if (cycle % 2_000 === 0) run.startStep('write', { cycle }).fail('x'.repeat(100_000), 10);
    }
    const big = draw(run.events);
    expect(Buffer.byteLength(big)).toBeLessThanOrEqual(2 * 1_024 * 1_024);
    expect(big).toContain('of 40,020 attempts are shown');
    expect(big).toContain('<b>40,000</b><span>steps finished');
    expect(JSON.stringify(readData(big)).match(/write: failed/g)).toHaveLength(20);
  });

  it('The page of a timeline is 2 MB at most with ten thousand children and the longest of names', () => {
    const children = Array.from({ length: 10_000 }, (_, index) => ({
      ...describeLong(2),
      executionId: `reconcile-payments-2026-11/1/${'<'.repeat(56)}${index}`,
    }));
    const many = fitPage(modelFromHistory(describeLong(200), children, beginMs));
    expect(Buffer.byteLength(many)).toBeLessThanOrEqual(2 * 1_024 * 1_024);
    expect(many).toMatch(/Only [\d,]+ of 10,000 children are shown/);
  });

  it('The page of a timeline is drawn of one that has not run yet', () => {
    const none = { ...describeLong(1), history: [], handedOffTo: 1, status: 'running' as const };
    expect(fitPage(modelFromHistory(none, [], beginMs + 5_000))).toContain(
      'Running for 5 s, in 0 invocations',
    );
  });
});

function draw(events: readonly RuntimeEvent[]): string {
  const timeline = modelFromEvents(events, beginMs + 4_000_000);
  if (timeline === undefined) throw new Error('nothing was drawn');
  return fitPage(timeline);
}

function readData(page: string): { lanes: { bars: unknown[] }[] } {
  const [, data = ''] = /<script type="application\/json" id="data">([\s\S]*?)<\/script>/.exec(page) ?? [];
  return JSON.parse(data);
}
