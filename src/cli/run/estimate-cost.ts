import {
  eventChunkBytes,
  firstEventChunkBytes,
  listPrices,
  type Prices,
} from '../../runtime/core/cost/prices';

/** What is paid for. */
export interface Usage {
  readonly invocations: readonly {
    readonly billedMs: number;
    readonly memoryMb: number;
    readonly bytes: number;
  }[];
  /** Messages sent to the queue, and deliveries from it. */
  readonly sqsSentCount: number;
  readonly sqsDeliveredCount: number;
  /** Schedules that have fired. @defaultValue none */
  readonly firedCount?: number;
}

/**
 * What deliveries cost, with its parts, in US dollars at list prices: also those that ran nothing, those that were killed up to their end,
 * and no store. Not what the free tier or a discount leave of it.
 */
export interface Cost {
  readonly gbSeconds: number;
  readonly requestsUsd: number;
  readonly durationUsd: number;
  readonly sqsUsd: number;
  /** Missing when no schedule has fired. */
  readonly schedulesUsd?: number;
  /** The sum of these parts. */
  readonly billedUsd: number;
}

/** Adds up what AWS would charge: requests, duration, three SQS requests per hop (send, receive, delete), and schedules that have fired. */
export function estimateCost(
  { invocations, sqsSentCount, sqsDeliveredCount, firedCount = 0 }: Usage,
  architecture: 'arm64' | 'x86_64',
  prices: Prices = listPrices,
): Cost {
  const gbSeconds = sum(invocations.map(({ billedMs, memoryMb }) => (billedMs / 1_000) * (memoryMb / 1_024)));
  const requestsUsd = sum(invocations.map(({ bytes }) => countRequests(bytes))) * prices.lambdaRequestUsd;
  const durationUsd = gbSeconds * prices.gbSecondUsd[architecture];
  const sqsUsd = (sqsSentCount + 2 * sqsDeliveredCount) * prices.sqsRequestUsd;
  const schedulesUsd = firedCount * prices.scheduleUsd;
  const billedUsd = requestsUsd + durationUsd + sqsUsd + schedulesUsd;
  return {
    ...{ gbSeconds, requestsUsd, durationUsd, sqsUsd },
    ...(firedCount > 0 && { schedulesUsd }),
    billedUsd,
  };
}

function countRequests(bytes: number): number {
  return 1 + Math.ceil(Math.max(0, bytes - firstEventChunkBytes) / eventChunkBytes);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
