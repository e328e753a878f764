import type { FunctionOptions } from '../options';
import type { FunctionVersion } from './function-version';

/** How an asynchronous event of a function is retried and where it ends. The same for all its versions and aliases. */
export interface EventPolicy {
  readonly maximumRetryAttempts: 0 | 1 | 2;
  readonly retryDelaysMs: readonly [number, number];
  readonly maximumEventAgeMs: number;
  readonly onFailure: string | undefined;
  readonly deadLetterQueue: string | undefined;
}

/** The figures AWS keeps as CloudWatch metrics. */
export type MetricName =
  | 'DeadLetterErrors'
  | 'DestinationDeliveryFailures'
  | 'Errors'
  | 'Invocations'
  | 'RecursiveInvocationsDropped'
  | 'Throttles';

/** A function with its versions, aliases and counters. */
export class LocalFunction {
  readonly createdAtMs = Date.now();
  /** The number of the newest published version. */
  newestVersion = 0;
  /** Published versions by number. */
  readonly published = new Map<string, FunctionVersion>();
  /** Version by alias. */
  readonly aliases = new Map<string, string>();
  readonly metrics: Record<MetricName, number> = {
    DeadLetterErrors: 0,
    DestinationDeliveryFailures: 0,
    Errors: 0,
    Invocations: 0,
    RecursiveInvocationsDropped: 0,
    Throttles: 0,
  };
  recursiveLoop: 'Allow' | 'Terminate';
  reservedConcurrency: number | undefined;
  policy: EventPolicy;

  constructor(
    readonly name: string,
    /** Unqualified ARN. */
    readonly arn: string,
    public options: FunctionOptions,
    public latest: FunctionVersion,
  ) {
    this.recursiveLoop = options.recursiveLoop ?? 'Terminate';
    this.reservedConcurrency = options.reservedConcurrency;
    this.policy = readPolicy(options);
  }

  /** Takes over changed options. What was set through the API meanwhile stays, unless it is among the changes. */
  update(changes: Partial<FunctionOptions>, latest: FunctionVersion): void {
    this.options = { ...this.options, ...changes };
    this.latest = latest;
    if (changes.recursiveLoop !== undefined) this.recursiveLoop = changes.recursiveLoop;
    if ('reservedConcurrency' in changes) this.reservedConcurrency = changes.reservedConcurrency;
    this.policy = readPolicy(this.options);
  }
}

/** Before the first and the second retry: nobody wants to wait for minutes here. */
export const defaultRetryDelaysMs = [200, 400] as const;

function readPolicy(options: FunctionOptions): EventPolicy {
  return {
    maximumRetryAttempts: options.maximumRetryAttempts ?? 2,
    retryDelaysMs: options.retryDelaysMs ?? defaultRetryDelaysMs,
    maximumEventAgeMs: options.maximumEventAgeMs ?? 21_600_000,
    onFailure: options.onFailure,
    deadLetterQueue: options.deadLetterQueue,
  };
}
