import type { FunctionOptions } from '../options';

/** How an asynchronous event of a function is retried and where it ends. The same for all its versions and aliases. */
interface EventPolicy {
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

/** One runnable version of a function: its code and settings, with every default filled in. */
export interface FunctionVersion {
  readonly functionName: string;
  /** `$LATEST` or a number. */
  readonly version: string;
  readonly taskRoot: string;
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly retryAfterMs: number;
  readonly nodePath: string;
  readonly runtimeClient: string;
}

/** A function as callers name it. */
interface FunctionName {
  readonly name: string;
  readonly qualifier?: string;
}

const pattern =
  /^(?:(?:arn:aws[\w-]*:lambda:[\w-]+:)?(?:\d{12}:)?function:)?([\w-]{1,140})(?::(\$LATEST|[\w-]{1,129}))?$/;

/** Reads `name`, `name:qualifier`, a partial or a full ARN. Answers nothing when it is none of them. */
export function parseFunctionName(text: string): FunctionName | undefined {
  const [, name, qualifier] = pattern.exec(text) ?? [];
  if (name === undefined) return undefined;
  return qualifier === undefined ? { name } : { name, qualifier };
}
