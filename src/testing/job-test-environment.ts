import { tokens } from '../di';
import { createHandler } from '../handler/create-handler';
import { readJob } from '../metadata/read-job';
import type { JobClass, JobPlan } from '../runtime/core/execution/job-plan';
import { readSchedule, type Schedule } from './boundaries';
import { EffectLedger } from './effect-ledger';
import type { Exploration, ExploreOptions } from './exploration';
import { Explorer } from './explore';
import type { JobRun } from './job-run';
import type { InputOf, JobRunOptions, JobTestOptions, StateOf } from './test-job-options';
import { TestKitError } from './test-kit-error';
import { epochMs, ManualTimer, VirtualClock } from './virtual-time';
import { type TestSignal, type TestStart, VirtualWorld } from './virtual-world';

/**
 * Runs whole executions of a job in process, across as many fake invocations as they take, on virtual time, through the real `createHandler`.
 * What the job waits for must be on that time too: give it `env.timer` (`TIMER`) and `env.clock` (`CLOCK`), which it can have injected.
 *
 * @example
 * const env = JobTestEnvironment.create(ReconcilePayments, { providers: [{ token: PSP, useValue: psp }], input: { since: '2026-11-01' } });
 * const run = await env.run();
 * expect(run.outcome).toBe('completed');
 */
export class JobTestEnvironment<Job extends object> {
  /** Virtual time. Starts again with each run. */
  readonly clock: VirtualClock;
  /** Timers on virtual time; `env.timer.sleep(ms)` is what a fake waits with. */
  readonly timer: ManualTimer;
  /** Keeps outside effects, and says which happened twice. Empty at the beginning of each run. */
  readonly effects = new EffectLedger();
  readonly #signals: TestSignal[] = [];
  readonly #others: TestStart[] = [];
  #world: VirtualWorld | undefined;
  #isRunning = false;
  #runCount = 0;
  readonly #jobClass: JobClass<Job>;
  readonly #plan: JobPlan;
  readonly #options: JobTestOptions<Job>;

  private constructor(jobClass: JobClass<Job>, options: JobTestOptions<Job>) {
    this.#jobClass = jobClass;
    this.#options = options;
    this.#plan = readJob(jobClass);
    this.clock = new VirtualClock(readStart(options));
    this.timer = new ManualTimer(this.clock);
    this.#openWorld({});
    checkAsInProduction(jobClass, options as JobTestOptions);
  }

  /**
   * Makes the environment of a job.
   *
   * @throws InvalidJobError with everything that is wrong with the job, as `createHandler` does.
   */
  static create<Job extends object>(
    jobClass: JobClass<Job>,
    options: JobTestOptions<Job> = {},
  ): JobTestEnvironment<Job> {
    return new JobTestEnvironment(jobClass, options);
  }

  /**
   * Runs one execution from its start until nothing is scheduled any more. Resolves to what happened, also when the execution has failed.
   *
   * @throws TestKitError when another run of this environment is under way, or the schedule is none.
   */
  async run(options: JobRunOptions<Job> = {}): Promise<JobRun<StateOf<Job>>> {
    if (this.#isRunning) throw busyError();
    this.#isRunning = true;
    try {
      this.#runCount += 1;
      await this.#options.beforeRun?.();
      this.#world = this.#openWorld(options);
      const run = this.#world.run(
        this.#readInput(options),
        this.#nameExecution(),
        this.#signals,
        this.#others,
      );
      return (await run) as JobRun<StateOf<Job>>;
    } finally {
      this.#world = undefined;
      this.#isRunning = false;
    }
  }

  /**
   * Sends a signal to the execution through the function, as an event. While a run is under way it is sent now (a fake or a step may do
   * so); before, it is sent in every run to come, `afterMs` virtual milliseconds after the start. Needs a store.
   *
   * @param to - its name, or `{ token }` with what the job gave away by `ctx.signalToken`
   * @param options - `signalId`: as of `BatonClient.signal`. @defaultValue the delivery's id; `afterMs`. @defaultValue 0
   * @example env.signal('approved', { by: 'Ann' }, { afterMs: 3_600_000 });
   */
  signal(to: TestSignal['to'], payload?: unknown, options: Omit<TestSignal, 'payload' | 'to'> = {}): void {
    const signal = { to, payload, ...options };
    if (this.#world === undefined) this.#signals.push(signal);
    else this.#world.signal(signal);
  }

  /**
   * Starts a further execution of the job beside the one of the run, for what executions do to each other (`concurrency`). While a run is
   * under way it is started now; before, in every run to come. `run.events` has what happened to all of them. Needs a store.
   *
   * @param options - `executionId`. @defaultValue that of the run with a number behind it; `afterMs` virtual milliseconds. @defaultValue 0
   * @example env.startAnother({ tenant: 'a' }, { afterMs: 1_000 });
   */
  startAnother(
    input: unknown = {},
    options: { readonly executionId?: string; readonly afterMs?: number } = {},
  ): void {
    const { executionId = 'execution-1' } = this.#options;
    const start = {
      input,
      executionId: options.executionId ?? `${executionId}-${this.#others.length + 2}`,
      afterMs: options.afterMs ?? 0,
    };
    if (this.#world === undefined) this.#others.push(start);
    else this.#world.startAnother(start);
  }

  /**
   * Runs the job undisturbed, then once for every boundary (a write to the store, a send, an effect, the begin and end of a step)
   * and kind of fault, and compares how each run ends.
   *
   * @example
   * const exploration = await env.explore({ crashes: true, duplicates: true });
   * expect(String(exploration)).toContain(' 0 deviations');
   */
  async explore(options: ExploreOptions<Job> = {}): Promise<Exploration> {
    const explorer = new Explorer(
      options as ExploreOptions,
      (schedule) => this.run({ ...options, schedule }) as Promise<JobRun>,
    );
    return explorer.explore();
  }

  #openWorld(options: JobRunOptions<Job>): VirtualWorld {
    this.clock.reset(readStart(this.#options));
    this.timer.kill();
    return new VirtualWorld({
      jobClass: this.#jobClass,
      plan: this.#plan,
      options: this.#options as JobTestOptions,
      runOptions: options as JobRunOptions,
      schedule: parseSchedule(options.schedule),
      timer: this.timer,
      effects: this.effects,
    });
  }

  #readInput({ input }: JobRunOptions<Job>): unknown {
    return input ?? this.#options.input ?? ({} as InputOf<Job>);
  }

  /** A store that outlives the run knows the executions of the runs before. */
  #nameExecution(): string {
    const { executionId = 'execution-1', store, providers = [], container } = this.#options;
    const isProvided =
      providers.some(({ token }) => token === tokens.CHECKPOINT_STORE) ||
      container?.isRegistered(tokens.CHECKPOINT_STORE, true);
    const isFresh = typeof store === 'function' || (store === undefined && isProvided !== true);
    return isFresh || this.#runCount === 1 ? executionId : `${executionId}-run-${this.#runCount}`;
  }
}

/** @throws InvalidJobError as the job's own handler does, with the store that it would have. */
function checkAsInProduction(
  jobClass: JobClass,
  { container, providers = [], store, otherJobs = [] }: JobTestOptions,
): void {
  const given = store === undefined ? [] : [{ token: tokens.CHECKPOINT_STORE, useFactory: () => undefined }];
  createHandler([jobClass, ...otherJobs], {
    ...(container === undefined ? {} : { container }),
    providers: [...providers, ...given],
  });
}

function readStart({ startedAt = epochMs }: JobTestOptions): number {
  return typeof startedAt === 'number' ? startedAt : startedAt.getTime();
}

function parseSchedule(text = ''): Schedule {
  const schedule = readSchedule(text);
  if (schedule !== undefined) return schedule;
  throw new TestKitError({
    problem: `The schedule ${JSON.stringify(text)} is none.`,
    fix: 'Write faults and boundary numbers, as explore reports them: crash@5 lost-reply@9.',
  });
}

function busyError(): TestKitError {
  return new TestKitError({
    problem: 'This JobTestEnvironment is running already: its virtual time is one.',
    fix: 'Await the first run, or create an environment for each.',
  });
}
