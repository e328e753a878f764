/** What AWS charges, in US dollars per unit. Not what the free tier or a discount leave of it. */
export interface Prices {
  /** When AWS published them. */
  readonly date: string;
  /** The region that they are of. */
  readonly region: string;
  /** One invocation of a function, in US dollars. */
  readonly lambdaRequestUsd: number;
  /** Per GB and second of duration, by architecture. */
  readonly gbSecondUsd: { readonly x86_64: number; readonly arm64: number };
  /** Per request to a standard queue; a hop is three (send, receive, delete). */
  readonly sqsRequestUsd: number;
  /** Per request to a FIFO queue. */
  readonly sqsFifoRequestUsd: number;
  /** Per schedule of EventBridge Scheduler that fires. */
  readonly scheduleUsd: number;
  /** Per on-demand write of up to 1 KB. */
  readonly dynamoDbWriteUnitUsd: number;
  /** Per on-demand, strongly consistent read of up to 4 KB. */
  readonly dynamoDbReadUnitUsd: number;
  /** Per state transition of a Standard workflow. */
  readonly stepFunctionsTransitionUsd: number;
  /** Per operation of a Lambda durable function. */
  readonly durableOperationUsd: number;
  /** Per GB that a Lambda durable function writes. */
  readonly durableWrittenGbUsd: number;
}

/** List prices of us-east-1. The one place where they are written; whoever pays others passes others. */
export const listPrices: Prices = Object.freeze({
  date: 'November 2026',
  region: 'us-east-1',
  lambdaRequestUsd: 0.2e-6,
  gbSecondUsd: Object.freeze({ x86_64: 0.0000166667, arm64: 0.0000133334 }),
  sqsRequestUsd: 0.4e-6,
  sqsFifoRequestUsd: 0.5e-6,
  scheduleUsd: 1e-6,
  dynamoDbWriteUnitUsd: 0.625e-6,
  dynamoDbReadUnitUsd: 0.125e-6,
  stepFunctionsTransitionUsd: 25e-6,
  durableOperationUsd: 8e-6,
  durableWrittenGbUsd: 0.25,
});

/** Prices of the user's own over the list prices. Where one is no number from 0 up, the list price stays, and its name is told. */
export function checkPrices(own: Partial<Prices> | null | undefined): {
  readonly prices: Prices;
  readonly wrongNames: readonly string[];
} {
  const wrongNames: string[] = [];
  const choose = <Price>(name: string, listed: Price, value: unknown): Price => {
    if (value === undefined) return listed;
    const isUsable =
      typeof listed === 'number'
        ? Number.isFinite(value) && (value as number) >= 0
        : typeof value === typeof listed;
    if (isUsable) return value as Price;
    wrongNames.push(name);
    return listed;
  };
  const { gbSecondUsd, ...flat } = listPrices;
  const chosen = Object.entries(flat).map(([name, listed]) => [
    name,
    choose(name, listed, own?.[name as keyof Prices]),
  ]);
  const chooseGbSecond = (name: keyof Prices['gbSecondUsd']) =>
    choose(`gbSecondUsd.${name}`, gbSecondUsd[name], own?.gbSecondUsd?.[name]);
  const prices = {
    ...Object.fromEntries(chosen),
    gbSecondUsd: { x86_64: chooseGbSecond('x86_64'), arm64: chooseGbSecond('arm64') },
  };
  return { prices: prices as Prices, wrongNames };
}

/** An asynchronous event of up to this many bytes is one request; each further `eventChunkBytes` are one more. */
export const firstEventChunkBytes = 262_144;
export const eventChunkBytes = 65_536;

/** Bytes that one write unit and one read unit of DynamoDB hold. */
export const writeUnitBytes = 1_024;
export const readUnitBytes = 4_096;

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
