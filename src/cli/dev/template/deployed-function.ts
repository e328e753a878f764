/** A queue of a template. */
export interface DeployedQueue {
  readonly id: string;
  readonly isFifo: boolean;
  readonly contentBasedDeduplication: boolean;
  readonly visibilityTimeoutMs: number;
  readonly delayMs: number;
  readonly deadLetters: { readonly queueId: string; readonly maxReceiveCount: number } | undefined;
}

/** Lets a queue's messages invoke the function. */
export interface DeployedMapping {
  readonly queueId: string;
  readonly batchSize: number;
  readonly reportBatchItemFailures: boolean;
}

/** A function as a template deploys it, with what invokes it and what it leaves behind. */
export interface DeployedFunction {
  readonly id: string;
  /** Directory of the code asset. */
  readonly codeDirectory: string;
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly architecture: 'arm64' | 'x86_64';
  readonly recursiveLoop: 'Allow' | 'Terminate';
  readonly reservedConcurrency: number | undefined;
  /** Values may still refer to other resources. */
  readonly environment: Readonly<Record<string, unknown>>;
  readonly maximumRetryAttempts: 0 | 1 | 2;
  /** Queues of the template. */
  readonly onFailureQueueId: string | undefined;
  readonly deadLetterQueueId: string | undefined;
  /** Name of the alias that a version is published for. */
  readonly alias: string | undefined;
  readonly queues: readonly DeployedQueue[];
  readonly mappings: readonly DeployedMapping[];
  /** What is deployed and not simulated, a sentence each. */
  readonly remarks: readonly string[];
}
