import { tokens } from '../../src/di';
import { readSettings } from '../../src/handler/read-settings';
import {
  type BatonHandler,
  type CreateHandlerOptions,
  createHandler as createQuietHandler,
  MemoryCheckpointStore,
  type Provider,
} from '../../src/index';
import { readJob } from '../../src/metadata/read-job';
import { GuardedLogger, JsonLogger } from '../../src/runtime/adapters/node/loggers';
import type { JobClass, JobPlan } from '../../src/runtime/core/execution/job-plan';
import type { CheckpointStore, Context, ContinuationSender, Logger } from '../../src/runtime/ports';
import { Provided } from '../../src/testing/provided';
import { observeJob } from '../../src/testing/step-watch';
import { callByQueue } from './call-by-queue';
import { callTwice } from './call-twice';
import { configuration } from './configuration';
import { handOffAfterEveryStep } from './hand-off-after-every-step';
import { hideForcedHandOffs, hideLooks } from './hide-forced-hand-offs';
import { HostileLogger } from './hostile-logger';
import { StepObserver } from './step-observer';

type Jobs = Parameters<typeof createQuietHandler>[0];

const times: ReadonlySet<unknown> = new Set([tokens.CLOCK, tokens.TIMER]);
/** The stores of this configuration, by the time that a test's executions live in: two handlers of one world share theirs. */
const stores = new WeakMap<object, CheckpointStore>();

/** `createHandler` as the tests of a hostile configuration get it: the real handler, called in a hostile way. */
export function createHandler(jobs: Jobs, options: CreateHandlerOptions = {}): BatonHandler {
  const { isByQueue, isTwice } = configuration;
  const provided = readProvided(options);
  const handsOff = configuration.handsOff && provided.has(tokens.CONTINUATION_SENDERS);
  const results = new Map<string, unknown>();
  const plans = readPlans(jobs);
  // What is wrong with the jobs is for the handler to say.
  if (plans === undefined || new Set(plans.map(({ jobClass }) => jobClass)).size < plans.length)
    return createQuietHandler(jobs, options);
  const observed = plans.map(({ jobClass, plan }) =>
    handsOff || isByQueue || isTwice
      ? observeJob(jobClass, plan, new StepObserver(plan, handsOff, results))
      : jobClass,
  );
  const quiet = createQuietHandler(Array.isArray(jobs) ? observed : (observed[0] ?? jobs), {
    ...options,
    providers: [...provided.others, ...listOwn(options, provided)],
  });
  let hostile = quiet;
  if (isByQueue) hostile = callByQueue(hostile, results);
  if (isTwice) hostile = callTwice(hostile, !provided.has(tokens.CHECKPOINT_STORE));
  if (handsOff) hostile = handOffAfterEveryStep(hostile, Math.min(...plans.map(({ plan }) => plan.safeMs)));
  const handler: BatonHandler = async (event, context) =>
    (isOrdinary(event, context) ? hostile : quiet)(event, context);
  return Object.defineProperties(handler, Object.getOwnPropertyDescriptors(quiet));
}

/** Undefined where something is wrong with them. */
function readPlans(jobs: Jobs): { readonly jobClass: JobClass; readonly plan: JobPlan }[] | undefined {
  try {
    const classes: readonly JobClass[] = Array.isArray(jobs) ? jobs : [jobs];
    return classes.map((jobClass) => ({ jobClass, plan: readJob(jobClass) }));
  } catch {
    return undefined;
  }
}

/** A test's own batch is delivered as it is; so is what Lambda would never call a function with. */
function isOrdinary(event: unknown, context: Context | undefined): boolean {
  const isCallable =
    typeof context?.getRemainingTimeInMillis === 'function' &&
    Boolean(context.awsRequestId && context.invokedFunctionArn);
  return isCallable && !Array.isArray((event as { Records?: unknown } | undefined)?.Records);
}

function readProvided({ providers = [], ...others }: CreateHandlerOptions): Provided {
  return new Provided({ ...others, providers: providers.filter(({ token }) => !times.has(token)) });
}

/** What the handler gets in place of what a test provides. */
function listOwn({ providers = [] }: CreateHandlerOptions, provided: Provided): Provider[] {
  const { handsOff, isByQueue, isTwice, hasStore } = configuration;
  const own: Provider[] = providers.filter(({ token }) => times.has(token));
  const wrap = <Value>(token: symbol, create: (own: Value) => Value) => {
    if (provided.has(token)) own.push(provided.provide<Value>(token, (value) => create(value as Value)));
  };
  wrap(tokens.RANDOM, (random) => random);
  wrap<CheckpointStore>(tokens.CHECKPOINT_STORE, (store) => store);
  wrap<readonly ContinuationSender[]>(tokens.CONTINUATION_SENDERS, (senders) => {
    const own = handsOff ? senders.map(hideForcedHandOffs) : senders;
    return isTwice ? own.map(hideLooks) : own;
  });
  wrap<Logger>(tokens.LOGGER, (logger) => (isByQueue || isTwice ? new HostileLogger(guard(logger)) : logger));
  if (isByQueue && !provided.has(tokens.LOGGER))
    own.push({ token: tokens.LOGGER, useValue: new HostileLogger(openLogger()) });
  if (hasStore && !provided.has(tokens.CHECKPOINT_STORE))
    own.push({ token: tokens.CHECKPOINT_STORE, useValue: openStore(providers) });
  return own;
}

/** As the handler would: what stands between it and a logger of the test's hands on nothing that one throws. */
function guard(logger: Logger): Logger {
  return new GuardedLogger(logger, openLogger());
}

/** The default. */
function openLogger(): Logger {
  return new JsonLogger(readSettings(process.env).settings.logLevel);
}

function openStore(providers: readonly Provider[]): CheckpointStore {
  const time = providers.find(({ token }) => token === tokens.TIMER) as
    | { readonly useValue?: object }
    | undefined;
  const store = (time?.useValue && stores.get(time.useValue)) ?? new MemoryCheckpointStore();
  if (time?.useValue !== undefined) stores.set(time.useValue, store);
  return store;
}
