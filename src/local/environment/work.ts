import type { EndReason } from '../events';

/** One event on its way to an environment. */
export interface Work {
  readonly requestId: string;
  /** JSON text. */
  readonly payload: string;
  readonly invokedFunctionArn: string;
  readonly traceId: string;
  /** JSON text of a synchronous caller's client context. */
  readonly clientContext?: string;
}

/** How an invocation ended in its environment. */
export interface Outcome {
  readonly reason: EndReason;
  /** The answer, or the error document, as JSON text. */
  readonly response: string;
  readonly error?: ErrorDocument;
  readonly durationMs: number;
  readonly initMs?: number;
  readonly maxMemoryMb: number;
  /** The invocation's last 4 KB of log. */
  readonly logTail: string;
}

/** What AWS answers for a function that failed. */
export interface ErrorDocument {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** What an execution environment is started with. */
export interface EnvironmentSettings {
  readonly id: string;
  readonly functionName: string;
  readonly version: string;
  /** Directory of the code: `LAMBDA_TASK_ROOT`. */
  readonly taskRoot: string;
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly initTimeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
  /** How long the owner of an event must be silent before a repeated delivery may take over: `BATON_RETRY_AFTER_MS`. */
  readonly retryAfterMs: number;
  readonly region: string;
  /** Where the SDK's clients are sent to. */
  readonly endpoint: string;
  readonly nodePath: string;
  /** Path of aws-lambda-ric's entry. */
  readonly runtimeClient: string;
  /** Path of the written preload module. */
  readonly preload: string;
  /** The handlers' folder for temporary files: as on Lambda it outlives a process that died, and nobody else sees it. */
  readonly temporary: string;
  readonly freeze: boolean;
}
