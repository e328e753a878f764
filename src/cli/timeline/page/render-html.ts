import { createHash } from 'node:crypto';
import { formatCount, formatDuration, formatUsd } from '../../view/format';
import { accountTime, type TimeAccount } from '../account-time';
import { tellStory } from '../tell-story';
import type { ExecutionLane, Timeline } from '../timeline';
import { escapeHtml, writeScriptJson } from './escape';
import { makePageData } from './page-data';
import { renderList } from './page-list';
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
