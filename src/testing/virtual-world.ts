import { tokens } from '../di';
import { type BatonHandler, type CreateHandlerOptions, createHandler } from '../handler/create-handler';
import { readJob } from '../metadata/read-job';
import { GuardedLogger, JsonLogger } from '../runtime/adapters/node/loggers';
import type { JobClass, JobPlan } from '../runtime/core/execution/job-plan';
import { wrap } from '../runtime/core/message/arrival';
import type { ErrorRecord } from '../runtime/core/record/describe-error';
import type { Observer, RuntimeEvent } from '../runtime/observe/runtime-event';
import type { CheckpointStore, ContinuationSender, Logger } from '../runtime/ports';
import { Border, GuardedStore, guardSender } from './border';
import { type Schedule, SeededRandom } from './boundaries';
import type { EffectLedger } from './effect-ledger';
import { JobRun } from './job-run';
import { leaveFrame } from './life';
import { Provided } from './provided';
import { RecordingSender } from './recording-sender';
import { RunLogger, RunObserver, RunRecorder, silenceTheDead } from './run-recorder';
import type { JobOutcome, RunLogLine } from './run-records';
import { observeJob, StepWatch } from './step-watch';
import type { JobRunOptions, JobTestOptions } from './test-job-options';
import { retryAsLambda, VirtualLambda } from './virtual-lambda';
import type { ManualTimer } from './virtual-time';

/** What one run is made of. */
export interface VirtualWorldParts {
  readonly jobClass: JobClass;
  readonly plan: JobPlan;
  readonly options: JobTestOptions;
  readonly runOptions: JobRunOptions;
  readonly schedule: Schedule;
  readonly timer: ManualTimer;
  readonly effects: EffectLedger;
}

/** A signal that a test sends to the execution. */
export interface TestSignal {
  /** Its name, or a token of `ctx.signalToken`. */
  readonly to: string | { readonly token: string };
  readonly payload?: unknown;
  readonly signalId?: string;
  /** In virtual milliseconds, from the start of a run, or from now while one is under way. */
  readonly afterMs?: number;
}

/** A further execution that a test starts beside the one of the run. */
export interface TestStart {
  readonly input: unknown;
  readonly executionId: string;
  /** In virtual milliseconds, from the start of a run, or from now while one is under way. */
  readonly afterMs: number;
}

/** AWS limits a function to this time-out unless it is told otherwise: 15 minutes. */
const defaultTimeoutMs = 900_000;

/** Everything around a job during one run. */
export class VirtualWorld {
  executionId = '';
  readonly handlerOptions: CreateHandlerOptions;
  readonly #parts: VirtualWorldParts;
  readonly #recorder: RunRecorder;
  readonly #lambda: VirtualLambda;
  readonly #border: Border;
  readonly #watch: StepWatch;
  readonly #lines: RunLogLine[] = [];
  readonly #observer = new RunObserver();
  #warmHandler: BatonHandler | undefined;

  constructor(parts: VirtualWorldParts) {
    const { plan, timer, effects, schedule, runOptions, options } = parts;
    this.#parts = parts;
    this.#recorder = new RunRecorder(timer.clock, plan.hooks);
    this.#lambda = new VirtualLambda(timer, this.#recorder, describeSettings(parts), () =>
      this.#openHandler(),
    );
    this.#border = new Border(schedule, this.#lambda, timer);
    const drains = (method: string) =>
      runOptions.handOffAfterEveryStep === true && method !== plan.hooks.onComplete;
    this.#watch = new StepWatch(this.#border, this.#recorder, drains);
    effects.reset((label, act) => this.#border.cross('effect', label, act));
    this.handlerOptions = {
      ...(options.container === undefined ? {} : { container: options.container }),
      providers: this.#provide(),
    };
  }

  /** Sends a signal to the execution of the run. */
  signal({ to, afterMs = 0, ...content }: TestSignal): void {
    const names = typeof to === 'string' ? { executionId: this.executionId, name: to } : to;
    const body = JSON.stringify({ lambdaBaton: { v: 1, signal: { ...names, ...content } } });
    const id = this.#lambda.nextId('signal');
    this.#lambda.accept(
      { id, channel: 'event', body, receiveCount: 1, chainLength: 0, isCopy: false },
      afterMs,
    );
  }

  /** Starts a further execution. */
  startAnother({ input, executionId, afterMs }: TestStart): void {
    this.#start(input, executionId, afterMs);
  }

  /** Runs one execution until nothing is scheduled any more. */
  async run(
    input: unknown,
    executionId: string,
    signals: readonly TestSignal[] = [],
    others: readonly TestStart[] = [],
  ): Promise<JobRun> {
    this.executionId = executionId;
    this.#recorder.executionId = executionId;
    const { timer, plan, effects } = this.#parts;
    const startedAtMs = timer.clock.now();
    this.#start(input, executionId);
    for (const other of others) this.startAnother(other);
    for (const signal of signals) this.signal(signal);
    const isDrained = await leaveFrame(() => this.#lambda.drain());
    this.#lambda.stop();
    const { ending, invocations } = this.#recorder;
    const job = (ending?.job ??
      invocations.findLast((invocation) => invocation.job !== undefined && invocation.isOf(executionId))
        ?.job) as Record<string, unknown>;
    return new JobRun({
      executionId,
      startedAtMs,
      durationMs: timer.clock.now() - startedAtMs,
      outcome: this.#readOutcome(isDrained),
      result: this.#readResult(),
      error: rebuildError(ending?.outcome?.error),
      state: Object.fromEntries(plan.state.map(({ field }) => [field, job?.[field]])),
      steps: this.#recorder.listSteps(),
      invocations: invocations.map((invocation) => invocation.describe()),
      continuations: this.#recorder.continuations,
      checkpoints: this.#recorder.checkpoints,
      deadLetters: this.#recorder.deadLetters,
      effects: effects.records,
      logs: this.#lines,
      events: this.#observer.events,
      endingCount: this.#countEndings(),
      boundaries: this.#border.boundaries,
    });
  }

  /** An invocation that ends it has begun with it. What only tells again how it ended is none: whoever recorded it may have died since. */
  #countEndings(): number {
    const isOwn = ({ executionId }: RuntimeEvent) => executionId === this.executionId;
    const isEnd = (event: RuntimeEvent) => endings.has(event.type) && isOwn(event);
    const begun = this.#recorder.invocations.filter(({ events }) =>
      events.some((event) => event.type === 'invocation.started' && isOwn(event)),
    );
    const count = begun.flatMap(({ events }) => events.filter(isEnd)).length;
    return Math.max(count, this.#observer.events.some(isEnd) ? 1 : 0);
  }

  #start(input: unknown, executionId: string, afterMs = 0): void {
    const body = JSON.stringify(wrap({ start: { executionId, input } }));
    const channel = this.#parts.runOptions.sqsOnly === true ? 'sqs' : 'event';
    const id = channel === 'sqs' ? this.#lambda.nextId('message') : `${executionId}-start`;
    this.#lambda.accept({ id, channel, body, receiveCount: 1, chainLength: 0, isCopy: false }, afterMs);
  }

  #readOutcome(isDrained: boolean): JobOutcome {
    const { ending } = this.#recorder;
    if (ending?.outcome !== undefined) return ending.outcome.end as JobOutcome;
    return isDrained ? 'lost' : 'unfinished';
  }

  #readResult(): unknown {
    const { ending, result } = this.#recorder;
    if (ending?.outcome?.end !== 'completed') return undefined;
    return ending.delivery.channel === 'sqs'
      ? result
      : (ending.outcome.answer as { result?: unknown }).result;
  }

  async #openHandler(): Promise<BatonHandler> {
    const { options, runOptions, jobClass } = this.#parts;
    if (runOptions.coldStartEveryInvocation === true)
      return this.#createHandler((await options.load?.()) ?? jobClass);
    this.#warmHandler ??= this.#createHandler(jobClass);
    return this.#warmHandler;
  }

  #createHandler(jobClass: JobClass): BatonHandler {
    const { plan, options } = this.#parts;
    const others = (options.otherJobs ?? []).map((other) => observeJob(other, readJob(other), this.#watch));
    return createHandler([observeJob(jobClass, plan, this.#watch), ...others], this.handlerOptions);
  }

  #provide() {
    const { timer, options, runOptions } = this.#parts;
    const provided = new Provided(options);
    const random = new SeededRandom(runOptions.seed);
    const fallback = new JsonLogger();
    return [
      ...provided.others,
      { token: tokens.CLOCK, useValue: timer.clock },
      { token: tokens.TIMER, useValue: timer },
      provided.provide<{ next(): number }>(tokens.RANDOM, (own) => own ?? random),
      provided.provide<Logger>(
        tokens.LOGGER,
        (own) => new RunLogger(this.#lines, timer.clock, own && new GuardedLogger(own, fallback)),
      ),
      provided.provide<readonly Observer[]>(tokens.OBSERVERS, (own = []) => [
        ...own.map(silenceTheDead),
        this.#observer,
      ]),
      provided.provide<readonly ContinuationSender[]>(tokens.CONTINUATION_SENDERS, this.#openSenders()),
      provided.provide<CheckpointStore>(tokens.CHECKPOINT_STORE, this.#openStore()),
    ];
  }

  #openSenders() {
    const { options, runOptions } = this.#parts;
    const { queueMaximumMessageBytes: actualMaxBytes } = options;
    const ownLimit = actualMaxBytes === undefined ? {} : { actualMaxBytes };
    const queue = options.queue === false ? [] : [new RecordingSender({ channel: 'sqs', ...ownLimit })];
    const defaults: readonly ContinuationSender[] = [new RecordingSender({ channel: 'lambda' }), ...queue];
    return (provided: readonly ContinuationSender[] = defaults) =>
      provided
        .filter(({ channel }) => runOptions.sqsOnly !== true || channel === 'sqs')
        .map((sender) => guardSender(sender, this.#border, this.#recorder, this.#lambda));
  }

  #openStore() {
    const { options, timer } = this.#parts;
    const given = typeof options.store === 'function' ? options.store() : options.store;
    return (provided: CheckpointStore | undefined) => {
      const store = given ?? provided;
      return store && new GuardedStore(store, this.#border, this.#recorder, () => timer.clock.now());
    };
  }
}

const endings: ReadonlySet<string> = new Set([
  'execution.cancelled',
  'execution.completed',
  'execution.failed',
  'execution.skipped',
]);

function describeSettings({ options, runOptions, plan }: VirtualWorldParts) {
  return {
    timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    safeMs: plan.safeMs,
    recursion: options.recursion ?? 'allow',
    readRetryDelayMs: retryAsLambda(options.maximumRetryAttempts ?? 2),
    maxReceiveCount: options.maxReceiveCount ?? 5,
    retryFailed: options.retryFailed ?? false,
    maxDeliveries: options.maxDeliveries ?? 10_000,
    isCopying: runOptions.deliverEverythingTwice ?? false,
  };
}

/** An error as it was thrown, or made of what the log has of it. */
function rebuildError(error: unknown): unknown {
  if (error instanceof Error || !isRecord(error)) return error;
  const { name, message, code, stack, cause, errors } = error;
  const rebuilt = new Error(message, cause === undefined ? undefined : { cause: rebuildError(cause) });
  return Object.assign(rebuilt, {
    name,
    ...(code !== undefined && { code }),
    ...(stack !== undefined && { stack }),
    ...(errors !== undefined && { errors: errors.map(rebuildError) }),
  });
}

function isRecord(error: unknown): error is ErrorRecord {
  return typeof error === 'object' && error !== null && typeof (error as ErrorRecord).message === 'string';
}
