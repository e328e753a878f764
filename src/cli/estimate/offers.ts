import {
  eventChunkBytes,
  firstEventChunkBytes,
  type Prices,
  readUnitBytes,
  writeUnitBytes,
} from '../../runtime/core/cost/cost';
import { formatCount } from '../view/text';

/** What is to be done, and by which function. */
export interface Workload {
  readonly itemCount: number;
  readonly msPerItem: number;
  readonly itemsPerStep: number;
  /** Bytes of state in a checkpoint. */
  readonly stateBytes: number;
  readonly store: 'none' | 'table';
  readonly memoryMb: number;
  readonly architecture: 'arm64' | 'x86_64';
  readonly timeoutMs: number;
  readonly safeMs: number;
  /** Cold start of every invocation, in milliseconds. */
  readonly startMs: number;
  readonly prices: Prices;
  /** Waits that no invocation sits out. @defaultValue none */
  readonly waits?: { readonly count: number; readonly seconds: number };
}

/** One thing that is paid for. */
export interface CostPart {
  readonly what: string;
  readonly usd: number;
  /** How the amount came about, with its units: `48 × $0.20 per million`. */
  readonly arithmetic: string;
}

/** What the work costs one way of doing it. */
export interface Offer {
  readonly name: string;
  readonly totalUsd: number;
  readonly parts: readonly CostPart[];
}

/** What the work takes, whoever does it. */
export interface Need {
  readonly stepCount: number;
  readonly invocationCount: number;
  readonly workMs: number;
  readonly billedMs: number;
  readonly gbSeconds: number;
}

/** What a checkpoint holds besides the state (position, epoch, lease), in bytes: about. */
const headBytes = 700;

/** One invocation after the other; a checkpoint after each step and with each claim, or none at all. */
export function offerBaton(workload: Workload, need: Need): Offer {
  const { stateBytes, store, prices } = workload;
  const parts = [
    priceDuration(workload, need.gbSeconds),
    priceRequests(workload, need.invocationCount, stateBytes),
  ];
  if (store === 'table') {
    const units = Math.ceil((headBytes + stateBytes) / writeUnitBytes);
    // The record, and whether the job is stopped.
    const readUnits = Math.ceil((headBytes + stateBytes) / readUnitBytes) + 1;
    const writeCount = need.stepCount + 2 * need.invocationCount;
    parts.push(
      priceMany(
        'table writes',
        writeCount * units,
        prices.dynamoDbWriteUnitUsd,
        `${formatCount(writeCount)} × ${formatUnits(units)}`,
      ),
      priceMany(
        'table reads',
        need.invocationCount * readUnits,
        prices.dynamoDbReadUnitUsd,
        `${formatCount(need.invocationCount)} × ${formatUnits(readUnits)}`,
      ),
    );
  }
  return addUp('lambda-baton', [...parts, ...priceWaits(workload)]);
}

/** What a queue can hold a message back for, in seconds. */
const maxQueueSeconds = 900;
/** A message is sent, received and deleted. */
const requestsPerMessage = 3;

/** Up to 15 minutes by the queue, longer by a schedule: one for a wait of any length. */
function priceWaits({ waits, prices }: Workload): CostPart[] {
  if (waits === undefined) return [];
  const { count, seconds } = waits;
  if (seconds > maxQueueSeconds)
    return [priceMany('schedules', count, prices.scheduleUsd, formatCount(count))];
  const requests = requestsPerMessage * count;
  return [
    priceMany('queue', requests, prices.sqsRequestUsd, `${requestsPerMessage} × ${formatCount(count)}`),
  ];
}

/** The same invocations; an operation for each step, and its result written. */
export function offerDurableFunction(
  workload: Workload,
  { gbSeconds, invocationCount, stepCount }: Need,
): Offer {
  const { stateBytes, prices } = workload;
  const writtenGb = (stepCount * stateBytes) / 1e9;
  return addUp('Lambda durable functions', [
    priceDuration(workload, gbSeconds),
    priceRequests(workload, invocationCount, 0),
    priceMany(
      'operations',
      stepCount + countWaits(workload),
      prices.durableOperationUsd,
      formatCount(stepCount + countWaits(workload)),
    ),
    {
      what: 'data written',
      usd: writtenGb * prices.durableWrittenGbUsd,
      arithmetic: `${formatCount(stepCount)} × ${formatCount(stateBytes)} B × ${formatPrice(prices.durableWrittenGbUsd)} per GB`,
    },
  ]);
}

/** A function that is invoked for each step, warm; at least one transition each. */
export function offerStepFunctions(workload: Workload, { workMs, stepCount }: Need): Offer {
  const { memoryMb, prices } = workload;
  return addUp('Step Functions Standard', [
    priceDuration(workload, (workMs / 1_000) * (memoryMb / 1_024)),
    priceRequests(workload, stepCount, 0),
    priceMany(
      'transitions',
      stepCount + countWaits(workload),
      prices.stepFunctionsTransitionUsd,
      `${formatCount(stepCount + countWaits(workload))} (at least)`,
    ),
  ]);
}

function countWaits({ waits }: Workload): number {
  return waits?.count ?? 0;
}

function addUp(name: string, parts: readonly CostPart[]): Offer {
  return { name, totalUsd: parts.reduce((total, { usd }) => total + usd, 0), parts };
}

function priceDuration({ architecture, prices: { gbSecondUsd } }: Workload, gbSeconds: number): CostPart {
  const price = gbSecondUsd[architecture];
  return {
    what: 'duration',
    usd: gbSeconds * price,
    arithmetic: `${formatCount(gbSeconds)} GB-s × ${formatPrice(price)}`,
  };
}

/** A continuation of more than 256 KB counts as several requests. */
function priceRequests({ prices }: Workload, invocationCount: number, bytes: number): CostPart {
  const perInvocation =
    1 + Math.ceil(Math.max(0, Math.min(bytes, largestEventBytes) - firstEventChunkBytes) / eventChunkBytes);
  const count = invocationCount * perInvocation;
  return priceMany('requests', count, prices.lambdaRequestUsd, formatCount(count));
}

/** What is larger travels as a reference to the store. */
const largestEventBytes = 1_048_576;

function priceMany(what: string, count: number, price: number, many: string): CostPart {
  return { what, usd: count * price, arithmetic: `${many} × ${formatPrice(price)}` };
}

function formatUnits(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'unit' : 'units'}`;
}

/** A price as AWS lists it: per million where that is a number people know (`$0.20 per million`), else as it is (`$0.0000133334`). */
export function formatPrice(usd: number): string {
  const perMillion = Number((usd * 1e6).toFixed(6));
  const isKnownPerMillion = usd > 0 && usd < 0.001 && Number.isInteger(perMillion * 1_000);
  if (!isKnownPerMillion) return `$${trim(usd)}`;
  return `$${perMillion < 1 ? trim(perMillion).padEnd(4, '0') : trim(perMillion)} per million`;
}

/** Up to 12 decimals, without the zeros at the end. */
function trim(value: number): string {
  return value.toFixed(12).replace(/\.?0+$/, '') || '0';
}
