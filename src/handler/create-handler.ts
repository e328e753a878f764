import {
  collaboratorTokens,
  Defaults,
  defaultTokens,
  HandlerScope,
  type HandlerScopeOptions,
  type InvocationScope,
  resolveCollaborators,
  tokens,
} from '../di';
import { InvalidJobError, type JobFault } from '../errors';
import { readJob } from '../metadata';
import { validateInput } from '../runtime/adapters/node/input-validator';
import type { JobClass, JobPlan } from '../runtime/core/execution/job-plan';
import { adaptToLocalLambda } from '../runtime/core/execution/local-time';
import type { Arrival } from '../runtime/core/message/arrival';
import { recogniseEvent } from '../runtime/core/message/recognise-event';
import { describeError } from '../runtime/core/record/describe-error';
import { runBatch } from '../runtime/delivery/run-batch';
import { runDelivery } from '../runtime/delivery/run-delivery';
import type { BatchAnswer, InvocationAnswer } from '../runtime/invocation/answer';
import { Emitter } from '../runtime/observe/emitter';
import { GuardedObservers } from '../runtime/observe/guarded-observers';
import { LogObserver } from '../runtime/observe/log-observer';
import type { Context } from '../runtime/ports';
import type { Collaborators } from '../runtime/ports/collaborators';
import { TimeBudget } from '../runtime/time/time-budget';
import { readSettings } from './read-settings';

/** Options of {@link createHandler}. */
export type CreateHandlerOptions = HandlerScopeOptions;

/** A Lambda handler. Declares exactly two parameters: Lambda refuses handlers with three. */
export type BatonHandler = (event: unknown, context: Context) => Promise<BatchAnswer | InvocationAnswer>;

/**
 * Makes the Lambda handler of a job.
 *
 * @throws InvalidJobError with everything that is wrong with the definition, the options, the dependencies and the environment.
 * @example export const handler = createHandler(ReconcilePayments);
 */
export function createHandler(jobClass: JobClass, options: CreateHandlerOptions = {}): BatonHandler {
  const { plan, scope, settings } = readDefinition(jobClass, options);
  const defaults = new Defaults({
    ...settings,
    continueOn: plan.continueOn ?? settings.continueOn ?? 'pinned',
  });
  let isFirst = true;
  const handler: BatonHandler = async (event, context) => {
    const isColdStart = isFirst;
    isFirst = false;
    return handle({ plan, scope, defaults, isColdStart }, event, context);
  };
  return Object.defineProperty(handler, planKey, { value: plan });
}

/** Reads everything that a handler is made of; whatever is wrong with it is told together. */
function readDefinition(jobClass: JobClass, options: CreateHandlerOptions) {
  const reading = tryToRead(jobClass);
  const scope = new HandlerScope(options);
  const { settings, faults } = readSettings(process.env);
  const hasStore = scope.provides(tokens.CHECKPOINT_STORE) || settings.store !== undefined;
  const isGiven = (token: unknown) =>
    defaultTokens.has(token) || (token === tokens.CHECKPOINT_STORE && hasStore);
  const all = [
    ...reading.faults,
    ...faults,
    ...(reading.plan ? checkDurability(reading.plan, hasStore) : []),
  ];
  if (typeof jobClass === 'function')
    all.push(...scope.findFaults({ jobClass, collaborators: collaboratorTokens, isGiven }));
  if (reading.plan === undefined || all.length > 0)
    throw new InvalidJobError(reading.name, all, reading.cause);
  return { plan: reading.plan, scope, settings };
}

interface Reading {
  readonly plan?: JobPlan;
  readonly name: string;
  readonly faults: readonly JobFault[];
  readonly cause?: unknown;
}

function tryToRead(jobClass: JobClass): Reading {
  try {
    const plan = adaptToLocalLambda(readJob(jobClass), process.env);
    return { plan, name: plan.name, faults: [] };
  } catch (error) {
    if (!(error instanceof InvalidJobError)) throw error;
    return { name: error.details.job, faults: error.details.faults, cause: error.cause };
  }
}

/** Where a handler carries its job's plan, for `baton doctor`. A registered symbol, so that every copy of the package finds it. */
const planKey = Symbol.for('lambda-baton:plan');

interface HandlerRuntime {
  readonly plan: JobPlan;
  readonly scope: HandlerScope;
  readonly defaults: Defaults;
  readonly isColdStart: boolean;
}

const noStoreNotice = 'no checkpoint store: a duplicate delivery by AWS can run an execution twice';

async function handle(
  { plan, scope, defaults, isColdStart }: HandlerRuntime,
  event: unknown,
  context: Context,
): Promise<BatchAnswer | InvocationAnswer> {
  const shared = scope.openInvocation(plan.name);
  const { asTokens, collaborators, observers } = resolveCollaborators(shared, defaults);
  let budget: TimeBudget | undefined;
  try {
    budget = new TimeBudget(context, collaborators.clock);
    if (isColdStart) sayOnce(plan, collaborators);
    const { clock, logger } = collaborators;
    const emitter = new Emitter(
      { observers: new GuardedObservers(observers, logger), log: new LogObserver(logger), clock },
      { executionId: '', job: plan.name, invocation: 0, requestId: context.awsRequestId },
    );
    const runtime = { plan, scope, shared, asTokens, collaborators, budget, emitter, isCold: isColdStart };
    return await runEvent(runtime, event, context);
  } finally {
    await disposeScope(shared, collaborators, budget);
  }
}

interface EventRuntime {
  readonly plan: JobPlan;
  readonly scope: HandlerScope;
  /** What the collaborators come from; the only scope of an event that is no batch. */
  readonly shared: InvocationScope;
  readonly asTokens: ReturnType<typeof resolveCollaborators>['asTokens'];
  readonly collaborators: Collaborators;
  readonly budget: TimeBudget;
  readonly emitter: Emitter;
  readonly isCold: boolean;
}

async function runEvent(
  runtime: EventRuntime,
  event: unknown,
  context: Context,
): Promise<BatchAnswer | InvocationAnswer> {
  const { plan, scope, shared, asTokens, collaborators, budget, emitter, isCold } = runtime;
  const runIn = (own: InvocationScope, arrival: Arrival, delivery: string, isQueued: boolean) => {
    own.offer(asTokens);
    const construct = () => own.construct(plan.jobClass);
    return runDelivery({
      plan,
      arrival,
      delivery,
      isQueued,
      context,
      budget,
      collaborators,
      emitter,
      isCold,
      construct,
      validate: validateInput,
    });
  };
  const run = async (arrival: Arrival, delivery: string) => {
    const own = scope.openInvocation(plan.name);
    try {
      return await runIn(own, arrival, delivery, true);
    } finally {
      await disposeScope(own, collaborators, budget);
    }
  };
  const recognition = recogniseEvent(event, {
    awsRequestId: context.awsRequestId,
    job: plan.name,
    checksum: collaborators.platform.checksum,
  });
  if (recognition.kind === 'single')
    return (await runIn(shared, recognition.arrival, context.awsRequestId, false)).answer;
  return runBatch(recognition.records, {
    logger: collaborators.logger,
    hasTime: () => budget.remainingMs() > plan.safeMs,
    run,
  });
}

/** The longest time that is waited for what is disposed, in milliseconds, and what has to be left then. */
const disposeWithinMs = 5_000;
const leastRestMs = 100;

/** Disposes what was made for an invocation. What goes wrong there is logged and changes nothing. */
async function disposeScope(
  scope: InvocationScope,
  { timer, logger }: Collaborators,
  budget?: TimeBudget,
): Promise<void> {
  const disposing = scope.dispose();
  if (disposing === undefined) return;
  let cancel = () => {};
  const limit = new Promise<undefined>((resolve) => {
    const waitMs = Math.max(
      1,
      Math.min(disposeWithinMs, (budget?.remainingMs() ?? Number.POSITIVE_INFINITY) - leastRestMs),
    );
    cancel = timer.once(Math.ceil(waitMs), () => resolve(undefined));
  });
  const errors = await Promise.race([disposing, limit]);
  cancel();
  if (errors === undefined) logger.warn('dependencies were not disposed in time');
  for (const error of errors ?? [])
    logger.warn('dependency cannot be disposed', { error: describeError(error) });
}

/** What nobody should have to find out later, said once per environment. */
function sayOnce(plan: JobPlan, { logger, store }: Collaborators): void {
  if (store === undefined) logger.warn(noStoreNotice, { job: plan.name });
}

function checkDurability(plan: JobPlan, hasStore: boolean): JobFault[] {
  if (hasStore || plan.durability === undefined || plan.durability === 'handoff') return [];
  return [
    {
      problem: `@LongRunning on class ${plan.jobClass.name}: durability ${JSON.stringify(plan.durability)} needs a checkpoint store, and there is none.`,
      fix: 'Set BATON_TABLE, BATON_BUCKET or BATON_DIRECTORY, or provide CHECKPOINT_STORE; else leave durability out.',
    },
  ];
}
