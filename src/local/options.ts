import type { InvocationStart } from './events';
import type { FaultProbabilities, RequestHook } from './faults';

/** What a {@link LocalLambda} is started with. Every field has a default. */
export interface LocalLambdaOptions {
  /** Region in ARNs and in `AWS_REGION`. @defaultValue `us-east-1` */
  readonly region?: string;
  /** Account in ARNs and queue URLs, 12 digits. @defaultValue `123456789012` */
  readonly accountId?: string;
  /** Seeds every random choice, faults first of all. The same seed and the same calls give the same faults. @defaultValue a random one, readable as `lambda.seed` */
  readonly seed?: number;
  /** How often each kind of fault strikes, as probabilities from 0 to 1. @defaultValue no faults */
  readonly faults?: FaultProbabilities;
  /** Called with every API request before it takes effect; may answer with a fault for exactly this one. */
  readonly onRequest?: RequestHook;
  /** Called with every invocation as it starts; may answer with a fault for exactly this one. */
  readonly onInvocation?: InvocationHook;
  /** How many invocations may run at once in the whole account. @defaultValue 10, as in a new AWS account */
  readonly concurrencyLimit?: number;
  /** How long a cold start may take, in milliseconds. @defaultValue 10,000, as on AWS */
  readonly initTimeoutMs?: number;
  /**
   * Whether an environment stands still between invocations (SIGSTOP, SIGCONT), so that left-over timers fire inside a later invocation.
   * @defaultValue `true`; always `false` on Windows
   */
  readonly freeze?: boolean;
  /**
   * What an `Event` invoke gets that recursion detection stops: `drop` answers 202 and drops the event, `reject` answers `RecursiveInvocationException`.
   * AWS does not say which of the two it does. @defaultValue `drop`
   */
  readonly asyncRecursion?: 'drop' | 'reject';
  /**
   * CommonJS source that every environment runs before it loads its handler: for tools that look on. A line that it writes to descriptor 4
   * is told as `note`, and is in no log.
   */
  readonly preload?: string;
}

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

/** A queue of the local SQS. */
export interface QueueOptions {
  /** Letters, digits, `-` and `_`, up to 80; a FIFO queue's name ends with `.fifo`. */
  readonly name: string;
  /** How long a received message stays hidden, in milliseconds. AWS knows whole seconds only. @defaultValue 30,000 */
  readonly visibilityTimeoutMs?: number;
  /** Delay of every message, in milliseconds, up to 900,000. @defaultValue 0 */
  readonly delayMs?: number;
  /** The largest message, in bytes of body and attributes, 1,024 to 1,048,576: the queue's `MaximumMessageSize`. @defaultValue 1,048,576 */
  readonly maximumMessageBytes?: number;
  /** Where a message goes that was received `maxReceiveCount` times and never deleted. */
  readonly deadLetterQueue?: { readonly arn: string; readonly maxReceiveCount: number };
  /** FIFO only: the body's SHA-256 is the deduplication id when none is sent. @defaultValue `false` */
  readonly contentBasedDeduplication?: boolean;
}

/** Lets a queue's messages invoke a function. */
export interface EventSourceMappingOptions {
  /** Name, `name:qualifier` or ARN. */
  readonly functionName: string;
  /** ARN of the queue. Its visibility timeout must be at least the function's time-out, as AWS enforces. */
  readonly queueArn: string;
  /** Messages per invocation, 1 to 10. @defaultValue 10, as on AWS */
  readonly batchSize?: number;
  /** Whether the answer's `batchItemFailures` is read. Without it, any answer deletes the whole batch. @defaultValue `false`, as on AWS */
  readonly reportBatchItemFailures?: boolean;
  /** How many batches may be processed at once. A FIFO group is never processed twice at once. @defaultValue 5 */
  readonly maximumConcurrency?: number;
}

/** One call of `LocalLambda.invoke`: like the SDK's `InvokeCommand`, without the wire and never hit by request faults. */
export interface InvokeOptions {
  /** Name, `name:qualifier` or ARN. */
  readonly functionName: string;
  /** Version or alias, when `functionName` has none. */
  readonly qualifier?: string;
  /** The event: anything JSON. @defaultValue `{}` */
  readonly payload?: unknown;
  /** `RequestResponse` waits for the answer, `Event` queues, `DryRun` only checks. @defaultValue `RequestResponse` */
  readonly invocationType?: 'DryRun' | 'Event' | 'RequestResponse';
}

/** What `LocalLambda.invoke` resolves to. A function's failure is a result, not an exception, as on AWS. */
export interface InvokeResult {
  /** 200 for an answer, 202 for a queued event, 204 for a dry run. */
  readonly statusCode: 200 | 202 | 204;
  /** The invocation's `awsRequestId`; an `Event`'s retries keep it. */
  readonly requestId: string;
  /** The version that ran. Missing unless `statusCode` is 200. */
  readonly executedVersion?: string;
  /** The answer, or `{ errorType, errorMessage, trace? }` of a failure. Missing unless `statusCode` is 200. */
  readonly payload?: unknown;
  /** Set when the function failed. */
  readonly functionError?: 'Unhandled';
  /** The last 4 KB of the invocation's log. Missing unless `statusCode` is 200. */
  readonly logTail?: string;
}

/** A message that was taken out of a queue. */
export interface ReceivedMessage {
  /** The message's id. */
  readonly messageId: string;
  /** The message's text. */
  readonly body: string;
  /** `ApproximateReceiveCount`, `AWSTraceHeader`, `DeadLetterQueueSourceArn`, … */
  readonly attributes: Readonly<Record<string, string>>;
  /** The sender's own: name → text. A function's dead letter has `RequestID`, `ErrorCode` and `ErrorMessage`. */
  readonly messageAttributes: Readonly<Record<string, string>>;
}

/** What an {@link InvocationHook} can do: kill the invocation `afterMs` milliseconds after its delivery. */
export interface InvocationFault {
  /** The process dies. */
  readonly kind: 'crash';
  /** How long after the delivery, in milliseconds. @defaultValue 0: before the handler is likely to have done anything */
  readonly afterMs?: number;
}

/** Called with every invocation as it starts. Answers the fault for this one, or nothing: then the probabilities of the options decide. */
export type InvocationHook = (invocation: InvocationStart) => InvocationFault | undefined;
