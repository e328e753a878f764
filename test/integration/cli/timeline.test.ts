import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import type { ExecutionDescription } from '../../../src';
import type { RunReport } from '../../../src/cli/run/run-report';
import { modelFromEvents } from '../../../src/cli/timeline/model-from-events';
import { modelFromHistory } from '../../../src/cli/timeline/model-from-history';
import { fitPage } from '../../../src/cli/timeline/page/fit-page';
import { accountTime } from '../../../src/cli/timeline/tell-story';
import type { ExecutionLane, Timeline } from '../../../src/cli/timeline/timeline';
import { formatDuration } from '../../../src/cli/view/text';
import { readPrinted } from '../../cli/read-printed';
import {
  beginMs,
  describeLong,
  describeRunning,
  Teller,
  tellChaos,
  tellHostile,
} from '../../cli/timeline/sample-runs';

/** `BATON_CHROMIUM` names another one. */
const chromium = [
  process.env.BATON_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));

/** Finds what reaches beyond the right edge, but for what is cut off on purpose. In the browser. */
const findOverflow = `(() => {
  const root = document.documentElement;
  const outside = [...document.querySelectorAll('main *')].filter((element) => {
    const { width, right } = element.getBoundingClientRect();
    const isCut = element.closest('.track, .axis, .grid, .map, .lane > p, .row > b, noscript, svg');
    return isCut === null && width > 0 && right > root.clientWidth + 1;
  });
  return { scrollWidth: root.scrollWidth, outside: outside.map(({ tagName, className }) => tagName + ' ' + className) };
})()`;

const folder = mkdtempSync(join(tmpdir(), 'baton-timeline-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('baton dev --timeline', () => {
  it('baton dev --timeline draws a local run down to its steps, in one file', async () => {
    const file = join(folder, 'run.html');
    const job = join(__dirname, 'fixtures/counting-job.ts');
    const input = JSON.stringify({ pages: 12, pageMs: 100 });
    const options = ['--timeout', '1s', '--no-store', '--no-queue', '--timeline', file];
    const { exitCode, stdout } = await readPrinted(['dev', job, '--event', input, ...options]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`timeline written to ${file}`);
    const page = readFileSync(file, 'utf8');
    const [, invocations] = /<b>(\d+)<\/b><span>invocations/.exec(page) ?? [];
    expect(Number(invocations)).toBeGreaterThanOrEqual(3);
    expect(page).toContain('<b>13</b><span>steps finished');
  });

  it('baton dev --timeline says of a run with deaths, waits, retries and children what status, list, watch, timeline and the report say', async () => {
    const file = join(folder, 'chaos.html');
    const job = join(__dirname, 'fixtures/chaos-job.ts');
    const at = { workingDirectory: mkdtempSync(join(folder, 'chaos-')) };
    const faults = ['--duplicate', '0.1', '--seed', '5', '--retry-delay', '300ms'];
    const input = JSON.stringify({ folder: at.workingDirectory });
    const dev = ['dev', job, '--event', input, '--timeout', '1s', ...faults, '--json', '--timeline', file];
    const { stdout } = await readPrinted(dev, at);
    const report = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as RunReport;
    expect(report.outcome).toBe('completed');
    expect(report.executions).toHaveLength(4);
    const read = async (...args: string[]) => JSON.parse((await readPrinted([...args, '--json'], at)).stdout);

    const [parent] = report.executions;
    const timeline: Timeline = await read('timeline', parent?.executionId ?? '');
    const lanes = [timeline.root, ...timeline.root.children];
    const { executions: listed }: { executions: { executionId: string; costUsd: number }[] } =
      await read('list');
    let deathCount = 0;
    for (const { executionId, ...told } of report.executions) {
      const status: ExecutionDescription = await read('status', executionId);
      const { history, stepCount, failedAttemptCount, costUsd } = status;
      const own = { stepCount, failedAttemptCount, costUsd, invocationCount: history.length };
      expect(told).toMatchObject(own);
      const sumOf = (name: 'costUsd' | 'failedAttemptCount' | 'stepCount') =>
        history.reduce((sum, entry) => sum + entry[name], 0);
      expect([sumOf('stepCount'), sumOf('failedAttemptCount')]).toEqual([stepCount, failedAttemptCount]);
      expect(sumOf('costUsd')).toBeCloseTo(costUsd, 8);
      const lane = lanes.find((one) => one.executionId === executionId) as ExecutionLane;
      const account = accountTime(lane, timeline.nowMs);
      expect(account).toMatchObject(own);
      expect(listed.find((one) => one.executionId === executionId)?.costUsd).toBe(costUsd);
      const watched = (await readPrinted(['watch', executionId, '--json'], at)).stdout.trim().split('\n');
      expect(watched.filter((line) => line.includes('"type":"invocation"'))).toHaveLength(history.length);
      const died = history.filter(({ ending }) => ending === 'died');
      expect(account.deathCount).toBe(died.length);
      deathCount += died.length;
      if (executionId !== parent?.executionId) continue;
      const reasons = history.flatMap(({ reason }) => reason ?? []);
      expect(reasons).toEqual(expect.arrayContaining(['wait', 'children']));
      const page = readFileSync(file, 'utf8');
      const numbers = [...page.matchAll(/<b>([^<]+)<\/b><span>([a-z ]+)/g)].map(([, value, name]) => [
        name,
        value,
      ]);
      const drawn = Object.fromEntries(numbers) as Record<string, string>;
      expect(drawn).toMatchObject({ invocations: `${history.length}`, 'steps finished': `${stepCount}` });
      const kept = accountTime(lane, timeline.nowMs);
      expect(page).toContain(
        `Completed in ${formatDuration(kept.totalMs)}, in ${history.length} invocations`,
      );
      expect(page).toContain(`after ${formatDuration(kept.lostMs)} of work at least`);
      expect(page).not.toContain('never-to-be-seen');
    }
    expect(deathCount).toBe(2);
    expect(report.cost.totalUsd).toBeCloseTo(
      report.executions.reduce((sum, { costUsd }) => sum + costUsd, 0),
      9,
    );
  }, 120_000);

  it('baton dev --timeline refuses a file that cannot be written before it runs anything', async () => {
    const { exitCode, stderr } = await readPrinted([
      'dev',
      'job.ts',
      '--timeline',
      join(folder, 'no/x.html'),
    ]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining('there is no directory'),
    });
  });
});

if (chromium === undefined)
  it.skip('NOT RUN: the page in a browser (no Chromium here; BATON_CHROMIUM names one)', () => {});
else
  describe('the page, in Chromium', () => {
    let browser: Browser;
    let page: Page;
    let said: string[];

    beforeAll(async () => {
      browser = await puppeteer.launch({ executablePath: chromium, args: ['--no-sandbox'], pipe: true });
    });
    beforeEach(async () => {
      said = [];
      page = await browser.newPage();
      page.on('console', (message) => said.push(message.text()));
      page.on('pageerror', (error) => said.push(String(error)));
      page.on('request', (request) => request.url().startsWith('file:') || said.push(request.url()));
      page.on('dialog', (dialog) => {
        said.push(`dialog ${dialog.message()}`);
        void dialog.dismiss();
      });
    });
    afterEach(async () => {
      await page.close();
      expect(said).toEqual([]);
    });
    afterAll(() => browser.close());

    const timelines: Readonly<Record<string, () => Timeline>> = {
      'a local run': chaos,
      'a recorded execution': () => modelFromHistory(describeLong(200), [], beginMs),
      'one that runs': () => modelFromHistory(describeRunning(), [], beginMs + 14_000_000),
      'hostile texts': () => modelFromEvents(tellHostile(), beginMs + 5_000) as Timeline,
      'long names': longNames,
    };

    describe.each(Object.keys(timelines))('of %s', (name) => {
      it.each([
        [390, 'light'],
        [390, 'dark'],
        [768, 'light'],
        [1280, 'dark'],
      ] as const)(
        'The page in Chromium fits %d pixels in %s, and says nothing on the console',
        async (width, theme) => {
          await open(timelines[name] as () => Timeline, width, theme);
          const { scrollWidth, outside } = (await page.evaluate(findOverflow)) as {
            scrollWidth: number;
            outside: string[];
          };
          expect(scrollWidth).toBe(width);
          expect(outside).toEqual([]);
        },
      );
    });

    it('The page in Chromium draws every invocation, attempt and wait', async () => {
      await open(chaos, 1280, 'light');
      const bars = await listTexts('.lane:nth-of-type(2) .inv .bar');
      const labels = await listTexts('.row > b');
      const gaps = await listTexts('.gap.wait');
      expect(labels.slice(0, 7)).toEqual([
        'invocations',
        'events',
        'fetchPage',
        'writeRows',
        'split',
        'report',
        'publish',
      ]);
      expect(bars).toHaveLength(6);
      expect(gaps.some((text) => /1 h/.test(text ?? ''))).toBe(true);
    });

    it('The page in Chromium zooms with its buttons and keys, and shows all again', async () => {
      await open(chaos, 1280, 'light');
      const first = await widthOfDeadBar();
      await page.click('#in');
      await drawn();
      expect(await widthOfDeadBar()).toBeGreaterThan(first * 1.2);
      await page.focus('#chart');
      await page.keyboard.press('0');
      await drawn();
      expect(await widthOfDeadBar()).toBeCloseTo(first, 0);
    });

    it('The page in Chromium says the facts of what is pointed at, and of what is tapped on a phone', async () => {
      await open(chaos, 1280, 'light');
      await page.hover('.inv .bar.died');
      expect(await readFacts()).toMatch(/Invocation 2: died/);
      await page.setViewport({ width: 390, height: 800, isMobile: true, hasTouch: true });
      await page.reload();
      await page.tap('.inv .bar.died');
      expect(await readFacts()).toMatch(/Invocation 2: died.*2 steps finished/);
    });

    it('The page in Chromium shows hostile texts as they are', async () => {
      await open(timelines['hostile texts'] as () => Timeline, 1280, 'light');
      const [images, scripts] = [await listTexts('img'), await listTexts('script')];
      const [heading] = await listTexts('h1');
      expect([images.length, scripts.length]).toEqual([0, 2]);
      expect(heading).toContain('<img src=x onerror=alert(1)></script>');
    });

    it('The page in Chromium wears the theme that is chosen', async () => {
      await open(chaos, 1280, 'light');
      const before = await background();
      await page.click('.themes button[value=dark]');
      expect(await background()).not.toBe(before);
      await page.click('.themes button[value=light]');
      expect(await background()).toBe(before);
    });

    it('The page in Chromium can be printed', async () => {
      await open(chaos, 1280, 'dark');
      expect((await page.pdf({ format: 'A4' })).byteLength).toBeGreaterThan(10_000);
    });

    async function open(timeline: () => Timeline, width: number, theme: 'dark' | 'light'): Promise<void> {
      const file = join(folder, 'page.html');
      writeFileSync(file, fitPage(timeline()));
      await page.setViewport({ width, height: 900, isMobile: width < 500, hasTouch: width < 500 });
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
      await page.goto(pathToFileURL(file).href);
    }

    function drawn(): Promise<unknown> {
      return page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    }

    async function listTexts(selector: string): Promise<string[]> {
      const all = `[...document.querySelectorAll(${JSON.stringify(selector)})]`;
      return (await page.evaluate(`${all}.map((element) => element.textContent)`)) as string[];
    }

    function widthOfDeadBar(): Promise<number> {
      return page.$eval('.inv .bar.died', (bar) => bar.getBoundingClientRect().width);
    }

    async function readFacts(): Promise<string> {
      const [text = ''] = await listTexts('#facts:not([hidden])');
      return text;
    }

    async function background(): Promise<string> {
      return (await page.evaluate('getComputedStyle(document.body).backgroundColor')) as string;
    }
  });

function chaos(): Timeline {
  return modelFromEvents(tellChaos(), beginMs + 4_000_000) as Timeline;
}

/** The longest of ids, jobs, steps and errors, without a blank to break them at. */
function longNames(): Timeline {
  const run = new Teller('x'.repeat(256), 'J'.repeat(64));
  run.begin('r'.repeat(64)).startStep('s'.repeat(120)).after(50).fail('e'.repeat(2_000), 10).after(10);
  run.step('s'.repeat(120), 50, { attempt: 2 }).end('failed');
  return modelFromEvents(run.events, beginMs + 5_000) as Timeline;
}
