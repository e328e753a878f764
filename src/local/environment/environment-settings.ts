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
  readonly region: string;
  /** Where the SDK's clients are sent to. */
  readonly endpoint: string;
  readonly nodePath: string;
  /** Path of aws-lambda-ric's entry. */
  readonly runtimeClient: string;
  /** Path of the written preload module. */
  readonly preload: string;
  readonly freeze: boolean;
}
