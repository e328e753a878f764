/** A function of the local Lambda. What AWS gives in seconds is given in milliseconds here, so that tests need not wait. */
export interface FunctionOptions {
  /** Unqualified name: letters, digits, `-` and `_`, up to 64. */
  readonly name: string;
  /** Path of a bundle file, of a TypeScript file (bundled with esbuild on the way), or of a directory that holds the handler's file. */
  readonly code: string;
  /** `file.export`. @defaultValue the bundle's file name, or `index` for a directory, with `.handler` */
  readonly handler?: string;
  /** When an invocation is killed, in milliseconds from its delivery. The cold start does not count. @defaultValue 3,000 */
  readonly timeoutMs?: number;
  /** Memory limit in megabytes: V8's heap is capped at 90 % of it, and the process is killed when it takes more than all of it. @defaultValue 512 */
  readonly memoryMb?: number;
  /** Environment variables of the handler. Nothing of this process's own environment but `PATH` reaches it. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How often an `Event` whose invocation failed is tried again: 0, 1 or 2. @defaultValue 2 */
  readonly maximumRetryAttempts?: 0 | 1 | 2;
  /** Delays before the first and the second retry, in milliseconds. AWS waits 60,000 and 120,000. @defaultValue `[200, 400]` */
  readonly retryDelaysMs?: readonly [number, number];
  /** How old an `Event` may grow before it is given up, in milliseconds. AWS accepts 60,000 to 21,600,000. @defaultValue 21,600,000 */
  readonly maximumEventAgeMs?: number;
  /** ARN of the queue that gets a destination record for each `Event` that was given up. */
  readonly onFailure?: string;
  /** ARN of the queue that gets the event itself when it was given up. */
  readonly deadLetterQueue?: string;
  /** What recursion detection does after 16 invocations in a chain. @defaultValue `Terminate`, as on AWS */
  readonly recursiveLoop?: 'Allow' | 'Terminate';
  /** How many invocations of this function may run at once; 0 stops it. @defaultValue unreserved: the account's limit */
  readonly reservedConcurrency?: number;
  /** The Node binary to run the handler on. @defaultValue the one running this process */
  readonly nodePath?: string;
  /** Where aws-lambda-ric is searched for, besides the code's directory and the working directory. */
  readonly searchFrom?: string;
}
