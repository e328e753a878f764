import type { Cost } from '../cost/estimate-cost';
import type { Failure } from '../record/failure';
import type { Verdict } from './verdict';

/** What is left to say when a run is over. The object that `--json` prints. */
export interface RunReport {
  readonly outcome: Verdict['outcome'];
  /** Why it did not complete. */
  readonly error?: Failure;
  readonly executions: readonly {
    readonly executionId: string;
    readonly job: string | undefined;
    readonly status: 'cancelled' | 'completed' | 'failed' | 'running';
    readonly stepCount: number;
    readonly result?: unknown;
    readonly error?: Failure;
  }[];
  readonly invocations: {
    readonly count: number;
    readonly coldCount: number;
    /** How many ended for which reason: `ok`, `error`, `time-out`, … */
    readonly byReason: Readonly<Record<string, number>>;
  };
  /** Steps of all executions. */
  readonly stepCount: number;
  readonly failedAttemptCount: number;
  /** Events that Lambda delivered again. */
  readonly retryCount: number;
  readonly throttleCount: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly dropped: readonly string[];
  /** Deliveries that came again and were answered from the store: nothing was run for them. */
  readonly duplicateCount: number;
  /** Invocations that lost their execution to another delivery, often of the same event, and stopped on the spot. */
  readonly supersededCount: number;
  readonly handOffs: {
    readonly count: number;
    readonly byChannel: Readonly<Record<string, number>>;
    readonly bytes: number;
    readonly maxBytes: number;
  };
  readonly wallMs: number;
  readonly billedMs: number;
  readonly memoryMb: number;
  readonly cost: Cost & { readonly architecture: string; readonly pricesOf: string; readonly region: string };
  readonly seed: number;
  /** Where the executions are kept, and the options that find them there; missing when `baton dev` has kept none. */
  readonly store?: { readonly directory: string; readonly options: string };
}
