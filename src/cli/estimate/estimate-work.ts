import { type Offer, offerBaton, offerDurableFunction, offerStepFunctions, type Workload } from './offers';

/** What a workload needs and costs, at list prices. */
export interface Estimate {
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
