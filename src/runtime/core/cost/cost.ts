import { type Prices, readUnitBytes, writeUnitBytes } from './prices';

/** What one invocation has used. */
export interface Usage {
  readonly durationMs: number;
  readonly memoryMb: number;
  readonly architecture: keyof Prices['gbSecondUsd'];
  /** Units of 1 KB, as DynamoDB counts them. */
  readonly writeUnitCount: number;
  /** Units of 4 KB, likewise. */
  readonly readUnitCount: number;
}

/** A message that waits in the queue is sent, received and deleted. */
const requestsOfWait = 3;

/** What an invocation costs at these prices, in US dollars. */
export function priceUsage(
  prices: Prices,
  { durationMs, memoryMb, architecture, writeUnitCount, readUnitCount }: Usage,
): number {
  const gbSeconds = (Math.max(0, durationMs) / 1_000) * (memoryMb / 1_024);
  const calls = writeUnitCount * prices.dynamoDbWriteUnitUsd + readUnitCount * prices.dynamoDbReadUnitUsd;
  return prices.lambdaRequestUsd + gbSeconds * prices.gbSecondUsd[architecture] + calls;
}

/** What a continuation that is held back in the queue costs, in US dollars. */
export function priceWait({ sqsRequestUsd }: Prices): number {
  return requestsOfWait * sqsRequestUsd;
}

/** Units that writing a text of this many characters takes. */
export function countWriteUnits(length: number): number {
  return Math.ceil(length / writeUnitBytes);
}

/** Units that reading a text of this many characters takes. */
export function countReadUnits(length: number): number {
  return Math.ceil(length / readUnitBytes);
}
