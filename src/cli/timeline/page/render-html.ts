import { createHash } from 'node:crypto';
import { escapeControls, formatCount, formatDuration, formatNumberOf, formatUsd } from '../../view/text';
import { describeGap } from '../gaps';
import { accountTime, type TimeAccount, tellStory } from '../tell-story';
import type { ExecutionLane, Gap, InvocationBar, Timeline, UnitBar } from '../timeline';
import { describeEnding, describeUnitEnding, listFacts, makePageData } from './page-data';
import { pageScript } from './page-script';
import { pageStyle } from './page-style';

/**
 * Writes a timeline as one page of HTML that loads nothing: no server, no other file. Its policy forbids the browser to run or load
 * anything else. What it counts it counts of all of it.
 *
 * @param shown what is drawn and listed, when that is less
 */
export function renderPage(timeline: Timeline, shown: Timeline = timeline): string {
  const { root, nowMs } = timeline;
  const account = accountTime(root, nowMs);
  const policy = `default-src 'none'; style-src '${hash(pageStyle)}'; script-src '${hash(pageScript)}'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeHtml(`${root.executionId}: ${root.status}`)}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
${renderHead(root)}
${renderNumbers(account, root)}
<div class="two">
<section class="card"><h2>What happened</h2><ul class="story">${tellStory(root, account).map(renderSentence).join('')}</ul></section>
<section class="card"><h2>Where the time went</h2>${renderShares(account)}</section>
</div>
${renderChart(shown.omitted)}
<section class="card list"><h2>Invocation by invocation</h2>${renderList(shown.root)}</section>
${shown.root.children.map(renderChild).join('\n')}
<footer>Made by baton timeline on <time datetime="${new Date(nowMs).toISOString()}">${new Date(nowMs).toISOString()}</time>. Costs are estimates at list price.</footer>
</main>
<div id="facts" role="status" hidden></div>
<script type="application/json" id="data">${writeScriptJson(makePageData(shown))}</script>
<script>${pageScript}</script>
</body>
</html>
`;
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function renderHead({ executionId, job, status, startMs }: ExecutionLane): string {
  const started = new Date(startMs).toISOString();
  const buttons = ['auto', 'light', 'dark'].map(
    (theme) =>
      `<button type="button" value="${theme}" aria-pressed="${theme === 'auto'}">${theme[0]?.toUpperCase()}${theme.slice(1)}</button>`,
  );
  return `<div class="top"><span>Timeline of an execution</span><span class="themes" role="group" aria-label="Colours">${buttons.join('')}</span></div>
<h1>${escapeHtml(executionId)}</h1>
<p class="sub"><span class="pill ${status}">${status}</span>job ${escapeHtml(job)}, started <time datetime="${started}">${started}</time></p>`;
}

function renderNumbers(account: TimeAccount, { endMs }: ExecutionLane): string {
  const { totalMs, invocationCount, stepCount, failedAttemptCount, deathCount, costUsd } = account;
  const tiles: readonly (readonly [string, string, boolean?])[] = [
    [formatDuration(totalMs), endMs === undefined ? 'so far' : 'from start to end'],
    [formatCount(invocationCount), invocationCount === 1 ? 'invocation' : 'invocations'],
    [formatCount(stepCount), stepCount === 1 ? 'step finished' : 'steps finished'],
    [
      formatCount(failedAttemptCount),
      failedAttemptCount === 1 ? 'failed attempt' : 'failed attempts',
      failedAttemptCount > 0,
    ],
    [formatCount(deathCount), deathCount === 1 ? 'death' : 'deaths', deathCount > 0],
    [costUsd === undefined ? '–' : formatUsd(costUsd), 'estimated cost'],
  ];
  const rendered = tiles.map(
    ([value, label, isBad]) =>
      `<div${isBad ? ' class="bad"' : ''}><b>${escapeHtml(value)}</b><span>${label}</span></div>`,
  );
  return `<section class="card numbers">${rendered.join('')}</section>`;
}

function renderSentence(sentence: string): string {
  return `<li>${escapeHtml(sentence)}</li>`;
}

const patterns =
  '<defs><pattern id="waiting" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="fill ground" width="8" height="8"/><rect class="fill stripe" width="3" height="8"/></pattern><pattern id="recovery" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="fill lost" width="2" height="7"/></pattern></defs>';

/** Drawn, since the policy of the page forbids styles of elements. */
function renderShares(account: TimeAccount): string {
  const shares: readonly (readonly [string, string, number])[] = [
    ['working', 'Working', account.workingMs],
    ['waiting', 'Waiting', account.waitingMs],
    ['hand-off', 'Handing over', account.handOffMs],
    ['lost', 'In invocations that died', account.lostMs],
    ['recovery', 'Until it was tried again', account.recoveryMs],
    ['unlisted', 'Before what is listed', account.unlistedMs],
  ];
  const shown = shares.filter(([, , ms]) => ms > 0);
  const totalMs = shown.reduce((sum, [, , ms]) => sum + ms, 0);
  if (totalMs === 0) return '<p class="sub">Nothing has run yet.</p>';
  let left = 0;
  const parts = shown.map(([look, , ms]) => {
    const width = Math.max(0.4, (100 * ms) / totalMs);
    const part = `<rect class="fill ${look}" x="${left.toFixed(3)}%" width="${width.toFixed(3)}%" height="22"/>`;
    left += (100 * ms) / totalMs;
    return part;
  });
  const legend = shown.map(([look, label, ms]) => {
    const percent = (100 * ms) / totalMs;
    const share = percent < 1 ? '< 1 %' : `${Math.round(percent)} %`;
    return `<li><span class="key ${look}"></span>${label}<b>${escapeHtml(formatDuration(ms))}</b><em>${share}</em></li>`;
  });
  return `<svg class="share" role="img" aria-label="Where the time went" height="22" width="100%">${patterns}${parts.join('')}</svg><ul class="legend">${legend.join('')}</ul>`;
}

function renderChart(omitted: readonly string[]): string {
  const notes = omitted.map((text) => `<p class="hint">${escapeHtml(text)}</p>`).join('');
  return `<section class="card"><div class="tools"><h2>Timeline</h2><label><input type="checkbox" id="cut"> Shorten idle time</label><button type="button" id="out" aria-label="Zoom out">−</button><button type="button" id="in" aria-label="Zoom in">+</button><button type="button" id="fit">Fit</button></div>
<noscript><p class="sub">The chart needs JavaScript; the list below says the same.</p></noscript>
<div class="chart" id="chart" tabindex="0" aria-label="Invocations and steps over time. Plus and minus zoom, arrows move."><div class="map" id="map" aria-hidden="true"></div><div class="axis" id="axis" aria-hidden="true"></div><div class="rows" id="rows"><div class="grid" id="grid"></div></div></div>
<p class="hint">Point at a bar, or tap it, for its facts. Drag over the strip to zoom in; Ctrl and the wheel, two fingers, or + and − zoom too.</p>${notes}</section>`;
}

function renderChild(lane: ExecutionLane): string {
  const head = `<h2>Child ${escapeHtml(lane.executionId)}: ${lane.status}</h2>`;
  return `<section class="card list">${head}${renderList(lane)}</section>${lane.children.map(renderChild).join('\n')}`;
}

/** A gap that is shorter than this is no row of its own. */
const shownGapMs = 1_000;
/** How many attempts are listed beneath one invocation. */
const maxListedUnits = 150;

/** One invocation after the other, with what was between them: what can be read without a chart. */
function renderList(lane: ExecutionLane): string {
  const gaps = [...lane.gaps];
  const rows: string[] = [];
  const addGaps = (untilMs: number) => {
    for (let gap = gaps[0]; gap !== undefined && gap.toMs <= untilMs; gap = gaps[0]) {
      gaps.shift();
      if (gap.kind !== 'hand-off' || gap.toMs - gap.fromMs >= shownGapMs) rows.push(renderGap(gap));
    }
  };
  for (const bar of lane.invocations) {
    addGaps(bar.startMs);
    rows.push(renderInvocation(bar, lane.startMs));
  }
  addGaps(Number.POSITIVE_INFINITY);
  return `<table><thead><tr><th>Invocation</th><th class="n">After</th><th class="n">Ran for</th><th>Ended</th><th class="n">Steps</th><th class="n">Failed</th><th class="n">Cost</th><th>Facts</th></tr></thead><tbody>${renderEarlier(lane)}${rows.join('')}</tbody></table>`;
}

function renderEarlier({ earlier }: ExecutionLane): string {
  if (earlier === undefined || earlier.invocationCount === 0) return '';
  const { invocationCount, stepCount, failedAttemptCount, costUsd } = earlier;
  const failures = failedAttemptCount > 0 ? `, ${formatNumberOf(failedAttemptCount, 'failed attempt')}` : '';
  const text = `${formatNumberOf(invocationCount, 'earlier invocation')}, of which only sums are kept: ${formatNumberOf(stepCount, 'step')}${failures}, ${formatUsd(costUsd)}`;
  return `<tr class="gaprow"><td colspan="8">${escapeHtml(text)}</td></tr>`;
}

function renderGap(gap: Gap): string {
  return `<tr class="gaprow ${gap.kind}"><td colspan="8">${escapeHtml(describeGap(gap))}</td></tr>`;
}

function renderInvocation(bar: InvocationBar, startMs: number): string {
  const cost = bar.costUsd === undefined ? '–' : formatUsd(bar.costUsd);
  const facts = listFacts(bar).filter((fact) => !/ finished$| failed$|^cost |^request /.test(fact));
  const cells = [
    `<td>#${bar.invocation}</td>`,
    cell('n', 'after', formatDuration(bar.startMs - startMs)),
    cell('n', 'ran for', `${bar.ending === 'died' ? '≥ ' : ''}${formatDuration(bar.endMs - bar.startMs)}`),
    `<td><span class="end ${bar.ending}">${escapeHtml(describeEnding(bar))}</span></td>`,
    cell('n', 'steps', String(bar.stepCount)),
    cell('n', 'failed', bar.failedAttemptCount === 0 ? '' : String(bar.failedAttemptCount)),
    cell('n', 'cost', cost),
    `<td class="wide"><span class="facts">${escapeHtml(facts.join(' · '))}</span>${renderUnits(bar.units)}</td>`,
  ];
  return `<tr class="inv">${cells.join('')}</tr>`;
}

function cell(look: string, label: string, text: string): string {
  return `<td class="${look}" data-label="${label}">${escapeHtml(text)}</td>`;
}

/** Open when something went wrong in it. */
function renderUnits(units: readonly UnitBar[]): string {
  if (units.length === 0) return '';
  const isOpen = units.some(({ ending }) => ending === 'failed' || ending === 'died') && units.length <= 12;
  const hidden = units.length - maxListedUnits;
  const more = hidden > 0 ? `<li><span>and ${formatNumberOf(hidden, 'more attempt')}</span></li>` : '';
  const items = units.slice(0, maxListedUnits).map(renderUnit).join('');
  return `<details${isOpen ? ' open' : ''}><summary>${formatNumberOf(units.length, 'attempt')}</summary><ol>${items}${more}</ol></details>`;
}

function renderUnit({ step, cycle, attempt, ending, error, startMs, endMs }: UnitBar): string {
  const place = `${step}, cycle ${cycle}${attempt > 1 ? `, attempt ${attempt}` : ''}`;
  const fate = ending === 'finished' ? '' : ` – ${describeUnitEnding(ending)}`;
  const why = error === undefined ? '' : `: ${error}`;
  return `<li class="${ending}"><span>${escapeHtml(`${place}${fate}${why}`)}</span><i>${escapeHtml(formatDuration(endMs - startMs))}</i></li>`;
}

const entities: Readonly<Record<string, string>> = {
  '"': '&quot;',
  '&': '&amp;',
  "'": '&#39;',
  '<': '&lt;',
  '>': '&gt;',
};

/** A text as part of an HTML page, also inside an attribute. What would turn or hide other text is shown. */
function escapeHtml(text: string): string {
  return escapeControls(text).replaceAll(/["&'<>]/g, (character) => entities[character] ?? '');
}

/** Data as JSON inside a `script` element, which nothing in it can end. Its texts are such as {@link escapeHtml} shows them. */
function writeScriptJson(data: unknown): string {
  const text = JSON.stringify(data, (_name, value) =>
    typeof value === 'string' ? escapeControls(value) : value,
  );
  return text.replaceAll(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}
