import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiServer } from './api/api-server';
import { EnvironmentPool, Guardian } from './environment/environment-pool';
import { preloadSource } from './environment/preload-source';
import { createEmit, type Emit, type LocalLambdaEvents } from './events';
import { chooseRequestFault } from './faults';
import { FunctionControl } from './functions/function-control';
import { FunctionRegistry, type Target } from './functions/function-registry';
import type { MetricName } from './functions/local-function';
import { EventQueue } from './invoke/event-queue';
import { InvocationRunner } from './invoke/invocation-runner';
import { InvokeApi } from './invoke/invoke-api';
import { Concurrency } from './invoke/limits';
import { LocalLambdaError, toLocalError } from './local-lambda-error';
import type {
  EventSourceMappingOptions,
  FunctionOptions,
  InvokeOptions,
  InvokeResult,
  LocalLambdaOptions,
  QueueOptions,
  ReceivedMessage,
} from './options';
import { ScheduleHub } from './scheduler/schedule-hub';
import { EventSourceMapping } from './sqs/event-source-mapping';
import { QueueHub, type SendOptions } from './sqs/queue-hub';
import { waitForIdle } from './wait-for-idle';

/**
 * AWS Lambda, SQS and EventBridge Scheduler on this machine, for development and tests: AWS's own runtime client in one process per
 * execution environment, and an endpoint on loopback for the real SDK clients.
 *
 * @example
 * await using lambda = await LocalLambda.start();
 * await lambda.createFunction({ name: 'reconcile', code: 'dist/reconcile.mjs', timeoutMs: 5_000 });
 * await lambda.invoke({ functionName: 'reconcile', invocationType: 'Event', payload: { from: 'A' } });
 * await lambda.idle();
 */
export class LocalLambda extends EventEmitter<LocalLambdaEvents> implements AsyncDisposable {
  /** The region that it answers as. */
  readonly region: string;
  /** What every random choice was drawn from: pass it as `seed` to see the same again. */
  readonly seed: number;

  readonly #registry: FunctionRegistry;
  readonly #control: FunctionControl;
  readonly #queues: QueueHub;
  readonly #schedules: ScheduleHub;
  readonly #server: ApiServer;
  readonly #concurrency: Concurrency;
  readonly #pool: EnvironmentPool;
  readonly #runner: InvocationRunner;
  readonly #events: EventQueue;
  readonly #invokeApi: InvokeApi;
  readonly #mappings = new Set<EventSourceMapping>();
  readonly #guardian: Guardian;
  readonly #tell: Emit;
  #stopping: Promise<void> | undefined;
  readonly #options: LocalLambdaOptions;
  readonly #directory: string;

  private constructor(options: LocalLambdaOptions, directory: string) {
    super();
    this.#options = options;
    this.#directory = directory;
    const { region = 'us-east-1', accountId = '123456789012', concurrencyLimit = 10 } = options;
    this.region = region;
    this.seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
    const emit = createEmit(this);
    this.#tell = emit;
    this.#guardian = new Guardian(directory);
    this.#registry = new FunctionRegistry(region, accountId);
    this.#queues = new QueueHub({ region, accountId, findPort: () => this.#server.port }, emit);
    this.#concurrency = new Concurrency(concurrencyLimit, () => this.#onFree());
    this.#pool = this.#buildPool(emit, concurrencyLimit);
    this.#control = new FunctionControl(this.#registry, directory, (version) => this.#pool.retire(version));
    this.#runner = new InvocationRunner({
      pool: this.#pool,
      concurrency: this.#concurrency,
      emit,
      seed: this.seed,
      crash: options.faults?.crash ?? 0,
      onInvocation: options.onInvocation,
    });
    this.#events = new EventQueue({
      runner: this.#runner,
      concurrency: this.#concurrency,
      emit,
      registry: this.#registry,
      send: (queueArn, body, options) => void this.#queues.send(queueArn, body, options),
    });
    const asyncRecursion = options.asyncRecursion ?? 'drop';
    const invoked = { registry: this.#registry, runner: this.#runner, events: this.#events };
    this.#invokeApi = new InvokeApi({ ...invoked, emit, asyncRecursion });
    const parts = { region, accountId, emit };
    this.#schedules = new ScheduleHub({ ...parts, queues: this.#queues, invokeApi: this.#invokeApi });
    this.#server = this.#buildServer(emit);
  }

  /** Starts the endpoint. Functions and queues are created afterwards; processes start when the first event comes. */
  static async start(options: LocalLambdaOptions = {}): Promise<LocalLambda> {
    const directory = mkdtempSync(join(tmpdir(), 'lambda-baton-'));
    writeFileSync(join(directory, 'preload.cjs'), `${preloadSource}${options.preload ?? ''}`);
    mkdirSync(join(directory, 'tmp'));
    const lambda = new LocalLambda(options, directory);
    await lambda.#server.listen();
    return lambda;
  }

  /** For the SDK's clients: `new LambdaClient({ endpoint })`, `SQSClient`, `SchedulerClient`. Handlers have it in their environment. */
  get endpoint(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  /** Makes a function, as the AWS API of this name does. @throws LocalLambdaError when an option is wrong, the code is not there, or aws-lambda-ric is not installed */
  async createFunction(options: FunctionOptions): Promise<{ readonly name: string; readonly arn: string }> {
    for (const arn of [options.onFailure, options.deadLetterQueue])
      if (arn !== undefined) this.#queues.get(arn);
    const { name, arn } = await this.#control.create(options);
    return { name, arn };
  }

  /** Changes code or settings of `$LATEST`. Code on disk that was built again counts with the next cold start: also after an update with no changes. */
  async updateFunction(name: string, changes: Partial<Omit<FunctionOptions, 'name'>> = {}): Promise<void> {
    await this.#control.update(name, changes);
    this.#onFree();
  }

  /** Freezes `$LATEST`, a copy of its code included. Answers the new version's number. */
  publishVersion(name: string): string {
    return this.#control.publish(this.#registry.get(name));
  }

  /** Points an alias at a version, or at `$LATEST`. */
  setAlias(functionName: string, alias: string, version: string): void {
    this.#resolve(functionName, version).fn.aliases.set(alias, version);
  }

  /** Creates a queue, or answers the one of this name. @throws LocalLambdaError when local-aws-sqs is not installed */
  async createQueue(
    options: QueueOptions,
  ): Promise<{ readonly name: string; readonly url: string; readonly arn: string }> {
    const { name, url, arn } = await this.#queues.create(options);
    return { name, url, arn };
  }

  /** Lets a queue's messages invoke a function, until the returned function is called. */
  addEventSourceMapping(options: EventSourceMappingOptions): () => void {
    const queue = this.#queues.get(options.queueArn);
    const { version } = this.#resolve(options.functionName);
    if (queue.visibilityTimeoutMs < version.timeoutMs) {
      throw new LocalLambdaError(queue.name, {
        problem: `Queue ${queue.name}: its visibility timeout (${queue.visibilityTimeoutMs} ms) is less than the time-out of function ${options.functionName} (${version.timeoutMs} ms). AWS refuses that.`,
        fix: `Create the queue with visibilityTimeoutMs: ${version.timeoutMs} or more; AWS recommends six times as much.`,
      });
    }
    const mapping = new EventSourceMapping({
      queue,
      options,
      registry: this.#registry,
      runner: this.#runner,
      concurrency: this.#concurrency,
      region: this.region,
      emit: this.#tell,
    });
    this.#mappings.add(mapping);
    return () => {
      mapping.close();
      this.#mappings.delete(mapping);
    };
  }

  /** Invokes a function without the wire. Faults of requests do not strike here, those of invocations do. */
  async invoke({
    functionName,
    qualifier,
    payload = {},
    invocationType = 'RequestResponse',
  }: InvokeOptions): Promise<InvokeResult> {
    const call = { reference: functionName, invocationType, payload: Buffer.from(JSON.stringify(payload)) };
    return this.#invokeApi
      .invoke(qualifier === undefined ? call : { ...call, qualifier })
      .catch((error: unknown) => {
        throw toLocalError(functionName, error);
      });
  }

  /** Puts a message into a queue without the wire. Answers its id. @throws LocalLambdaError when the queue does not take it */
  sendMessage(queueArn: string, body: string, options: Omit<SendOptions, 'attributes'> = {}): string {
    try {
      return this.#queues.send(queueArn, body, options);
    } catch (error) {
      throw toLocalError(queueArn, error);
    }
  }

  /** Takes all visible messages out of a queue: how a test looks into a dead-letter queue. */
  async drainQueue(queueArn: string): Promise<ReceivedMessage[]> {
    return this.#queues.get(queueArn).drain();
  }

  /** The sum of a CloudWatch metric of a function. */
  metric(functionName: string, name: MetricName): number {
    return this.#registry.get(functionName).metrics[name];
  }

  /** Kills the process of a running invocation, as a crash would. Answers whether there was one. */
  kill(requestId: string): boolean {
    const environment = this.#pool.findByRequest(requestId);
    environment?.kill('crash-fault');
    return environment !== undefined;
  }

  /**
   * Resolves when nothing is queued, running or scheduled: events, retries, and messages of mapped queues, delayed and hidden ones included,
   * and schedules of the next quarter of an hour: what fires later is not waited for.
   *
   * @param options.withDelayed - `false`: what only comes later (a retry, a delayed or hidden message) is not waited for. @defaultValue `true`
   */
  idle({ withDelayed = true }: { readonly withDelayed?: boolean } = {}): Promise<void> {
    return waitForIdle(() => this.#stopping !== undefined || this.#isIdle(withDelayed));
  }

  /** Ends every process, closes every socket, removes every temporary file. What was running ends with the reason `stopped`. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stopAll(): Promise<void> {
    for (const mapping of this.#mappings) mapping.close();
    this.#schedules.close();
    this.#events.close();
    await this.#pool.close();
    await this.#server.close();
    this.#queues.close();
    await this.#guardian.end();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #isIdle(withDelayed: boolean): boolean {
    if (this.#server.pending + this.#schedules.firing + this.#concurrency.running > 0) return false;
    const mappings = [...this.#mappings];
    if (!withDelayed) return this.#events.isQuiet && mappings.every((mapping) => mapping.isQuiet);
    return this.#events.isEmpty && this.#schedules.isIdle && mappings.every((mapping) => mapping.isIdle);
  }

  #onFree(): void {
    this.#events.drain();
    for (const mapping of this.#mappings) mapping.nudge();
  }

  #buildServer(emit: Emit): ApiServer {
    const { onRequest, faults = {} } = this.#options;
    return new ApiServer({
      invokeApi: this.#invokeApi,
      control: this.#control,
      mappings: this.#mappings,
      queues: this.#queues,
      schedules: this.#schedules,
      chooseFault: async (request) =>
        (await onRequest?.(request)) ?? chooseRequestFault(this.seed, faults, request),
      findCaller: (accessKeyId) => this.#pool.findCaller(accessKeyId),
      emit,
    });
  }

  #buildPool(emit: Emit, limit: number): EnvironmentPool {
    const { initTimeoutMs = 10_000, freeze = true } = this.#options;
    const findEndpoint = () => this.endpoint;
    const shared = {
      get endpoint() {
        return findEndpoint();
      },
      region: this.region,
      initTimeoutMs,
      freeze: freeze && process.platform !== 'win32',
      preload: join(this.#directory, 'preload.cjs'),
      temporary: join(this.#directory, 'tmp'),
    };
    return new EnvironmentPool(shared, limit, this.#guardian, emit);
  }

  #resolve(reference: string, qualifier?: string): Target {
    try {
      return this.#registry.resolve(reference, qualifier);
    } catch (error) {
      throw toLocalError(reference, error);
    }
  }
}
