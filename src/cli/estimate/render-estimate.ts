import { formatCount, formatDuration, formatNumberOf, formatUsd } from '../view/format';
import type { Paint } from '../view/paint';
import type { Estimate } from './estimate-work';
import type { Offer, Workload } from './offers';

const labelCells = 14;
const usdCells = 14;

/** The estimate as text: what is needed, then the dollars of each way, with the arithmetic. */
export function renderEstimate(estimate: Estimate, workload: Workload, paint: Paint): string {
  const {
    invocationCount,
    handOffCount,
    stepCount,
    stepsPerInvocation,
    billedMs,
    gbSeconds,
    pricesOf,
    region,
  } = estimate;
  const { itemCount, msPerItem, itemsPerStep, memoryMb, architecture, timeoutMs, safeMs, startMs, store } =
    workload;
  const row = (label: string, text: string) => `  ${paint('dim', label.padEnd(labelCells))}${text}`;
  return `${[
    `${paint('strong', 'baton estimate')} ${formatCount(itemCount)} items × ${msPerItem} ms ${paint('dim', `(${memoryMb} MB ${architecture}, time-out ${formatDuration(timeoutMs)}, safe window ${formatDuration(safeMs)}, ${store === 'table' ? 'DynamoDB table' : 'no store'})`)}`,
    row('steps', `${formatCount(stepCount)} of ${formatNumberOf(itemsPerStep, 'item')}`),
    row(
      'invocations',
      `${formatCount(invocationCount)} of up to ${formatNumberOf(stepsPerInvocation, 'step')}, ${formatDuration(billedMs)} one after the other`,
    ),
    row('hand-offs', formatCount(handOffCount)),
    row(
      'GB-seconds',
      `${formatCount(gbSeconds)} = ${formatCount(billedMs / 1_000)} s × ${memoryMb} / 1,024 GB; each invocation starts in ${formatDuration(startMs)}`,
    ),
    '',
    ...estimate.offers.flatMap((offer) => [...renderOffer(offer, paint), '']),
    paint(
      'dim',
      `At the list prices of ${pricesOf} (${region}); free tier, logs, storage and what the steps themselves call are not counted.`,
    ),
  ].join('\n')}\n`;
}

function renderOffer({ name, totalUsd, parts }: Offer, paint: Paint): string[] {
  return [
    `${paint('strong', `${name} ${formatUsd(totalUsd)}`)}`,
    ...parts.map(
      ({ what, usd, arithmetic }) =>
        `  ${paint('dim', what.padEnd(labelCells))}${formatUsd(usd).padEnd(usdCells)}${arithmetic}`,
    ),
  ];
}
