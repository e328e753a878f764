import { performance } from 'node:perf_hooks';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { EndReason } from '../events';
import { describeEnd, EnvironmentProcess, type LineStream, type ProcessEnd } from './environment-process';
import { RuntimeApi } from './runtime-api';
import type { EnvironmentSettings, ErrorDocument, Outcome, Work } from './work';

/** The two lines AWS writes behind every invocation. */
function reportLines(requestId: string, outcome: Omit<Outcome, 'logTail'>, memoryMb: number): string[] {
  const { reason, durationMs, initMs, maxMemoryMb, error } = outcome;
  const fields = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(durationMs + (initMs ?? 0))} ms`,
    `Memory Size: ${memoryMb} MB`,
    `Max Memory Used: ${maxMemoryMb} MB`,
    ...(initMs === undefined ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
    ...(reason === 'time-out' ? ['Status: timeout'] : []),
    ...(error === undefined || reason === 'error' || reason === 'time-out'
      ? []
      : ['Status: error', `Error Type: ${error.errorType}`]),
  ];
  return [`END RequestId: ${requestId}`, fields.join('\t')];
}

const limitBytes = 4096;

/** The end of an invocation's log: what `LogType: Tail` answers. */
class LogTail {
  #text = '';

  add(line: string): void {
    this.#text = `${this.#text}${line}\n`.slice(-2 * limitBytes);
  }

  /** At most 4 KB. */
  toString(): string {
    return Buffer.from(this.#text).subarray(-limitBytes).toString();
  }
}

const memoryWatchMs = 25;
/** How long an answered invocation waits for the runtime to ask for the next. */
const askAgainMs = 200;

/** What came of the work: an answer, an error posted by the runtime, or the end of the process. */
type Answer = { readonly body: string; readonly isError: boolean } | { readonly end: ProcessEnd };

/** What an environment tells whoever owns it. */
interface EnvironmentListener {
  onLog(environment: ExecutionEnvironment, stream: LineStream, line: string): void;
  /** The environment can take work again. */
  onIdle(environment: ExecutionEnvironment): void;
  onEnd(environment: ExecutionEnvironment): void;
}

/** One execution environment: a process that runs one version of one function, one invocation at a time. */
export class ExecutionEnvironment {
  /** `awsRequestId` of the invocation under way. */
  requestId: string | undefined;
  /** Resolves when the process is gone. */
  readonly ended: Promise<ProcessEnd>;

  readonly #process: EnvironmentProcess;
  readonly #started = performance.now();
  readonly #ready: Promise<void>;
  #markReady!: () => void;
  #onAskedAgain = (): void => {};
  #settle: ((decision: Answer) => void) | undefined;
  #killedBecause: EndReason | undefined;
  #initError: string | undefined;
  #initMs: number | undefined;
  #isReady = false;
  #isWaiting = false;
  #isOver = false;
  #log = new LogTail();
  readonly #api: RuntimeApi;
  readonly #listener: EnvironmentListener;

  private constructor(
    readonly settings: EnvironmentSettings,
    api: RuntimeApi,
    listener: EnvironmentListener,
  ) {
    this.#api = api;
    this.#listener = listener;
    this.#ready = new Promise((resolve) => {
      this.#markReady = resolve;
    });
    this.#process = new EnvironmentProcess(settings, api.address, (stream, line) =>
      this.#onLine(stream, line),
    );
    this.ended = this.#process.ended.then((end) => this.#onEnd(end));
  }

  /** Starts the process. It loads its handler in the background; `run` waits for that. */
  static async start(
    settings: EnvironmentSettings,
    listener: EnvironmentListener,
  ): Promise<ExecutionEnvironment> {
    let environment: ExecutionEnvironment | undefined;
    const tell = (what: (one: ExecutionEnvironment) => void) => environment && what(environment);
    const api = await RuntimeApi.listen({
      onNext: () => tell((one) => one.#onNext()),
      onResponse: (requestId, body) => tell((one) => one.#onAnswer(requestId, { body, isError: false })),
      onError: (requestId, body) => tell((one) => one.#onAnswer(requestId, { body, isError: true })),
      onInitError: (body) => tell((one) => one.#onInitError(body)),
    });
    environment = new ExecutionEnvironment(settings, api, listener);
    return environment;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Whether the process is gone or about to be. */
  get isEnding(): boolean {
    return this.#isOver || this.#killedBecause !== undefined || this.#initError !== undefined;
  }

  /** Runs one event to its end, whatever that is; never rejects. `onDelivered` gets the deadline when the clock of the time-out starts. */
  async run(work: Work, onDelivered: (deadline: number) => void): Promise<Outcome> {
    this.requestId = work.requestId;
    this.#log = new LogTail();
    this.#log.add(`START RequestId: ${work.requestId} Version: ${this.settings.version}`);
    return (await this.#finishInit(work)) ?? this.#deliver(work, onDelivered);
  }

  /** Ends the process at once. Whatever it was doing ends with `reason`. */
  kill(reason: EndReason): void {
    this.#killedBecause ??= reason;
    this.#process.kill();
  }

  /** Waits for the handler to be loaded. Answers an outcome only when that failed. */
  async #finishInit(work: Work): Promise<Outcome | undefined> {
    const timer = setTimeout(() => this.kill('init-error'), this.settings.initTimeoutMs);
    await this.#ready;
    clearTimeout(timer);
    if (!this.isEnding) return undefined;
    const end = await this.ended;
    this.#initMs ??= performance.now() - this.#started;
    const reason = this.#killedBecause ?? 'init-error';
    return this.#conclude(work, reason, this.#describeInitFailure(work, end), 0);
  }

  #describeInitFailure({ requestId }: Work, end: ProcessEnd): ErrorDocument {
    if (this.#initError !== undefined) return JSON.parse(this.#initError) as ErrorDocument;
    const reason = this.#killedBecause === 'init-error' ? 'time-out' : 'exit';
    return describeEnd(requestId, reason, end, this.settings.initTimeoutMs / 1000);
  }

  async #deliver(work: Work, onDelivered: (deadline: number) => void): Promise<Outcome> {
    const decision = new Promise<Answer>((resolve) => {
      this.#settle = resolve;
    });
    const { timeoutMs } = this.settings;
    const deliveredAt = performance.now();
    const deadline = Date.now() + timeoutMs;
    this.#isWaiting = false;
    if (this.settings.freeze) this.#process.thaw();
    this.#api.deliver(work, deadline);
    onDelivered(deadline);
    const timer = setTimeout(() => this.kill('time-out'), timeoutMs);
    const memoryWatch = setInterval(() => this.#checkMemory(), memoryWatchMs);
    const result = await decision;
    clearTimeout(timer);
    clearInterval(memoryWatch);
    const durationMs = performance.now() - deliveredAt;
    return 'end' in result
      ? this.#concludeEnd(work, result.end, durationMs)
      : this.#concludeAnswer(work, result, durationMs);
  }

  #checkMemory(): void {
    if (this.#process.readResidentMb() > this.settings.memoryMb) this.kill('out-of-memory');
  }

  /** Waits until the runtime asks for more, so that a caller who calls again at once finds this environment at rest, and its output is read. */
  async #concludeAnswer(
    work: Work,
    { body, isError }: { body: string; isError: boolean },
    durationMs: number,
  ): Promise<Outcome> {
    const asked = new Promise<void>((resolve) => {
      this.#onAskedAgain = resolve;
      if (this.#isWaiting) resolve();
    });
    await Promise.race([asked, this.ended, sleep(askAgainMs, undefined, { ref: false })]);
    await setImmediate();
    this.#process.readResidentMb();
    return isError
      ? this.#conclude(work, 'error', JSON.parse(body) as ErrorDocument, durationMs)
      : this.#conclude(work, 'ok', body, durationMs);
  }

  #concludeEnd(work: Work, end: ProcessEnd, durationMs: number): Outcome {
    const ranOutOfHeap = end.signal === 'SIGABRT' || end.exitCode === 134;
    const reason = this.#killedBecause ?? (ranOutOfHeap ? 'out-of-memory' : 'exit');
    return this.#conclude(
      work,
      reason,
      describeEnd(work.requestId, reason, end, this.settings.timeoutMs / 1000),
      durationMs,
    );
  }

  #conclude(
    { requestId }: Work,
    reason: EndReason,
    answer: ErrorDocument | string,
    durationMs: number,
  ): Outcome {
    const outcome = {
      reason,
      response: typeof answer === 'string' ? answer : JSON.stringify(answer),
      durationMs,
      maxMemoryMb: this.#process.peakMb,
      ...(typeof answer === 'string' ? {} : { error: answer }),
      ...(this.#initMs === undefined ? {} : { initMs: this.#initMs }),
    };
    this.#initMs = undefined;
    for (const line of reportLines(requestId, outcome, this.settings.memoryMb)) this.#log.add(line);
    this.requestId = undefined;
    this.#restWhenDone();
    return { ...outcome, logTail: this.#log.toString() };
  }

  #onNext(): void {
    this.#isWaiting = true;
    this.#onAskedAgain();
    if (this.#isReady) this.#restWhenDone();
    else this.#initMs = performance.now() - this.#started;
    this.#isReady = true;
    this.#markReady();
  }

  /** Stands still once the last invocation is concluded and the runtime has asked for the next. */
  #restWhenDone(): void {
    if (!this.#isWaiting || this.requestId !== undefined || this.isEnding) return;
    if (this.settings.freeze) this.#process.freeze();
    this.#listener.onIdle(this);
  }

  #onAnswer(requestId: string, decision: Answer): void {
    if (requestId === this.requestId) this.#settle?.(decision);
  }

  #onInitError(body: string): void {
    this.#initError = body;
  }

  #onLine(stream: LineStream, line: string): void {
    if (stream !== 'note') this.#log.add(line);
    this.#listener.onLog(this, stream, line);
  }

  #onEnd(end: ProcessEnd): ProcessEnd {
    this.#isOver = true;
    this.#api.close();
    this.#markReady();
    this.#settle?.({ end });
    this.#listener.onEnd(this);
    return end;
  }
}
