import { formatDuration, formatNumberOf, formatUsd } from '../../view/format';
import { describeGap } from '../describe-gap';
import type { ExecutionLane, Gap, InvocationBar, UnitBar } from '../timeline';
import { escapeHtml } from './escape';
import { describeEnding, describeUnitEnding, listFacts } from './page-data';

/** A gap that is shorter than this is no row of its own. */
const shownGapMs = 1_000;
/** How many attempts are listed beneath one invocation. */
const maxListedUnits = 150;

/** One invocation after the other, with what was between them: what can be read without a chart. */
export function renderList(lane: ExecutionLane): string {
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
