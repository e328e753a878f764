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
