import type { Paint } from '../view/paint';
import { formatCount, formatDuration, formatNumberOf, formatUsd } from '../view/text';
import { type Offer, offerBaton, offerDurableFunction, offerStepFunctions, type Workload } from './offers';

/** What a workload needs and costs, at list prices. */
interface Estimate {
  readonly pricesOf: string;
  readonly region: string;
  readonly stepCount: number;
  /** Steps that one invocation does. */
  readonly stepsPerInvocation: number;
  readonly invocationCount: number;
  readonly handOffCount: number;
  /** The work and the cold starts, one after the other. */
  readonly billedMs: number;
  readonly gbSeconds: number;
  /** lambda-baton first. */
  readonly offers: readonly Offer[];
}

/** Works out what a workload needs: how many invocations, how much memory over time, and the dollars for each way of doing it. */
export function estimateWork(workload: Workload): Estimate {
  const { itemCount, msPerItem, itemsPerStep, timeoutMs, safeMs, startMs, memoryMb, prices } = workload;
  const stepCount = Math.ceil(itemCount / itemsPerStep);
  const stepsPerInvocation = Math.ceil((timeoutMs - safeMs) / (msPerItem * itemsPerStep));
  const waitCount = workload.waits?.count ?? 0;
  const invocationCount = Math.ceil(stepCount / stepsPerInvocation) + waitCount;
  const workMs = itemCount * msPerItem;
  const billedMs = Math.ceil(workMs + invocationCount * startMs);
  const need = {
    stepCount,
    invocationCount,
    workMs,
    billedMs,
    gbSeconds: (billedMs / 1_000) * (memoryMb / 1_024),
  };
  return {
    pricesOf: prices.date,
    region: prices.region,
    stepCount,
    stepsPerInvocation,
    invocationCount,
    handOffCount: invocationCount - 1,
    billedMs,
    gbSeconds: need.gbSeconds,
    offers: [
      offerBaton(workload, need),
      offerDurableFunction(workload, need),
      offerStepFunctions(workload, need),
    ],
  };
}

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
