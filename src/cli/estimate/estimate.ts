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
