import type { FaultProbabilities } from '../../local';

/** What `baton dev` was asked for. */
export interface DevOptions {
  /** The bundle or TypeScript file; with a template, what is run of it. */
  readonly file: string;
  /** The CloudFormation template whose function is run instead of a file. */
  readonly template: { readonly file: string; readonly functionId: string | undefined } | undefined;
  /** Names of the options that the user wrote; all others have their defaults. */
  readonly given: ReadonlySet<string>;
  /** A file, JSON text, or `-`. */
  readonly event: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** Name of the export. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly nodePath: string | undefined;
  readonly hasQueue: boolean;
  /** Whether executions are kept on this machine. */
  readonly hasStore: boolean;
  readonly recursiveLoop: 'Allow' | 'Terminate';
  readonly retryDelaysMs: readonly [number, number];
  readonly architecture: 'arm64' | 'x86_64';
  readonly faults: FaultProbabilities;
  /** Missing means a random one. */
  readonly seed: number | undefined;
  readonly output: 'json' | 'quiet' | 'text';
}
