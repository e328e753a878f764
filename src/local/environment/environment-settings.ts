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
