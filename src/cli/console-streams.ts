/** A stream that is written to, and may be a terminal. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** What the command line talks to: the process, or a test. */
export interface ConsoleStreams {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: NodeJS.ReadableStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where `baton dev` keeps executions, and the other commands look for them. */
  readonly workingDirectory: string;
}
