/** What the runtime needs of Node.js itself. Not a token: there is one platform. */
export interface Platform {
  /** The processor's: Lambda charges them differently. */
  readonly architecture: 'arm64' | 'x86_64';
  /** The checksum of a text, as eight hexadecimal digits. */
  checksum(text: string): string;
  /** A text of 64 hexadecimal digits that stands for another one, and for no other (SHA-256). */
  digest(text: string): string;
  /** Eight hexadecimal digits that are others every time. */
  drawNonce(): string;
  /** UTF-8 bytes of a text. */
  countBytes(text: string): number;
  /** The text compressed, in Base64. */
  pack(text: string): string;
  /** How many UTF-8 bytes a text may have that is packed, or unpacked. */
  readonly maxUnpackedBytes: number;
  /** The text that was packed. Throws on anything else, and on more than `maxUnpackedBytes`. */
  unpack(packed: string): string;
  /** Lets the event loop turn once, so that timers and sockets get their chance between steps that never wait. */
  yieldToEventLoop(): Promise<void>;
}

/** Tells the time. Behind the token `CLOCK`, so that a test can move it. */
export interface Clock {
  /** Milliseconds since the epoch, wall clock. */
  now(): number;
  /**
   * Milliseconds since any fixed moment, by a clock that nobody sets: a wall clock that is set back must not hide a deadline.
   * A clock whose `now` is virtual gives virtual time here too. @defaultValue the machine's monotonic clock
   */
  elapsedMs?(): number;
}

/** Calls back later. Behind the token `TIMER`; a task that throws must not stop the timer, nor may ticks pile up. */
export interface Timer {
  /** Calls `task` every `ms` milliseconds (an integer ≥ 1) until cancelled. Missed ticks are collapsed into one. Returns the cancel function. */
  every(ms: number, task: () => void): () => void;
  /** Calls `task` once after `ms` milliseconds (an integer ≥ 0), unless cancelled before. Returns the cancel function. */
  once(ms: number, task: () => void): () => void;
}

/** Source of chance for retry jitter. Behind the token `RANDOM`. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
}

/** Writes structured log lines. Behind the token `LOGGER`; the logger of Powertools for AWS Lambda fits as it is. */
export interface Logger {
  /** For whoever looks for a fault. */
  debug(message: string, fields?: object): void;
  /** For what happens in good order. */
  info(message: string, fields?: object): void;
  /** For what somebody should look at, while the work goes on. */
  warn(message: string, fields?: object): void;
  /** For what has failed. */
  error(message: string, fields?: object): void;
}

/** The part of Lambda's `Context` that lambda-baton reads. `Context` of `@types/aws-lambda` fits. */
export interface Context {
  /** The id of the request: the same when AWS delivers an event again. */
  readonly awsRequestId: string;
  /** The function's name. */
  readonly functionName: string;
  /** What ran: `$LATEST` or a number. */
  readonly functionVersion: string;
  /** Carries the qualifier that the caller used. */
  readonly invokedFunctionArn: string;
  /** The function's memory, in MB. */
  readonly memoryLimitInMB?: string;
  /** Milliseconds until Lambda kills this invocation; negative after the deadline. */
  getRemainingTimeInMillis(): number;
}
