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
import { validateInput } from '../runtime/adapters/node/input-validator';
import { storeVariables } from '../runtime/adapters/store/stores';
import type { JobClass, JobPlan } from '../runtime/core/execution/job-plan';
import type { Arrival } from '../runtime/core/message/arrival';
import { recogniseEvent } from '../runtime/core/message/recognise-event';
import { describeError } from '../runtime/core/record/describe-error';
import { chooseJob } from '../runtime/delivery/choose-job';
import { runBatch, runDelivery } from '../runtime/delivery/run-delivery';
import type { BatchAnswer, InvocationAnswer, SignalAnswer } from '../runtime/invocation/answer';
import { Emitter, GuardedObservers } from '../runtime/observe/emitter';
import { LogObserver } from '../runtime/observe/log-observer';
import type { Observer } from '../runtime/observe/runtime-event';
import type { Context } from '../runtime/ports';
import type { Collaborators } from '../runtime/ports/collaborators';
import { TimeBudget } from '../runtime/time/time-budget';
import { type HostedPlans, readHostedJobs } from './read-hosted-jobs';
import { readSettings } from './read-settings';

/** Options of {@link createHandler}. */
export type CreateHandlerOptions = HandlerScopeOptions;

/** A Lambda handler. Declares exactly two parameters: Lambda refuses handlers with three. */
export type BatonHandler = (
  event: unknown,
  context: Context,
) => Promise<BatchAnswer | InvocationAnswer | SignalAnswer>;

/**
 * Makes the Lambda handler of a job, or of several: events start the first, a start envelope may name another, and an execution that goes
 * on is carried on by its own.
 *
 * @throws InvalidJobError with everything that is wrong with the definitions, the options, the dependencies and the environment.
 * @example export const handler = createHandler(ReconcilePayments);
 * @example export const handler = createHandler([ReconcilePayments, RepairPayment]);
 */
export function createHandler(
  jobs: JobClass | readonly JobClass[],
  options: CreateHandlerOptions = {},
): BatonHandler {
  const { plans, scope, settings, continueOn } = readDefinition(jobs, options);
  const defaults = new Defaults({ ...settings, continueOn });
  let isFirst = true;
  const handler: BatonHandler = async (event, context) => {
    const isColdStart = isFirst;
    isFirst = false;
    return handle({ plans, scope, defaults, isColdStart }, event, context);
  };
  return Object.defineProperties(handler, {
    [planKey]: { value: plans[0] },
    [plansKey]: { value: plans },
  });
}

/** Reads everything that a handler is made of; whatever is wrong with it is told together. */
function readDefinition(jobs: JobClass | readonly JobClass[], options: CreateHandlerOptions) {
  const hosted = readHostedJobs(jobs, process.env);
  const scope = new HandlerScope(options);
  const { settings, faults } = readSettings(process.env);
  const hasStore = scope.provides(tokens.CHECKPOINT_STORE) || settings.store !== undefined;
  const isGiven = (token: unknown) =>
    defaultTokens.has(token) || (token === tokens.CHECKPOINT_STORE && hasStore);
  const choices = new Set(hosted.plans.map((plan) => plan.continueOn ?? settings.continueOn ?? 'pinned'));
  const all = [
    ...hosted.faults,
    ...faults,
    ...hosted.plans.flatMap((plan) => checkStore(plan, hasStore)),
    ...(choices.size > 1 ? [mixedContinuationFault(hosted.name)] : []),
    ...(hosted.classes.length > 0
      ? scope.findFaults({ jobClasses: hosted.classes, collaborators: collaboratorTokens, isGiven })
      : []),
  ];
  const [first, ...others] = hosted.plans;
  if (first === undefined || all.length > 0) throw new InvalidJobError(hosted.name, all, hosted.cause);
  const plans: HostedPlans = [first, ...others];
  const [continueOn = 'pinned'] = choices;
  return { plans, scope, settings, continueOn };
}

/** A version of a function is one for all that it runs. */
function mixedContinuationFault(jobs: string): JobFault {
  return {
    problem: `Jobs ${jobs} of one handler do not agree on continueOn.`,
    fix: 'Give all of them the same, or none of them any: BATON_CONTINUE_ON is for all.',
  };
}

/** Where a handler carries its job's plan, for `baton doctor`. A registered symbol, so that every copy of the package finds it. */
const planKey = Symbol.for('lambda-baton:plan');
/** The plans of all its jobs. */
const plansKey = Symbol.for('lambda-baton:plans');

interface HandlerRuntime {
  readonly plans: HostedPlans;
  readonly scope: HandlerScope;
  readonly defaults: Defaults;
  readonly isColdStart: boolean;
}

const noStoreNotice = 'no checkpoint store: a duplicate delivery by AWS can run an execution twice';

async function handle(
  { plans, scope, defaults, isColdStart }: HandlerRuntime,
  event: unknown,
  context: Context,
): Promise<BatchAnswer | InvocationAnswer | SignalAnswer> {
  const [first] = plans;
  const shared = scope.openInvocation(first.name);
  const { asTokens, collaborators, observers } = resolveCollaborators(shared, defaults);
  let budget: TimeBudget | undefined;
  try {
    budget = new TimeBudget(context, collaborators.clock);
    if (isColdStart) sayOnce(first, collaborators);
    const { clock, logger } = collaborators;
    const emitter = new Emitter(
      {
        observers: new GuardedObservers([...observers, ...readLookers()], logger),
        log: new LogObserver(logger),
        clock,
      },
      { executionId: '', job: first.name, invocation: 0, requestId: context.awsRequestId },
    );
    const runtime = { plans, scope, shared, asTokens, collaborators, budget, emitter, isCold: isColdStart };
    return await runEvent(runtime, event, context);
  } finally {
    await disposeScope(shared, collaborators, budget);
  }
}

/** Where a tool that has started this process leaves observers of its own, such as `baton dev`. Nothing does so on Lambda. */
const lookersKey = Symbol.for('lambda-baton:observers');

function readLookers(): readonly Observer[] {
  return (globalThis as { readonly [lookersKey]?: readonly Observer[] })[lookersKey] ?? [];
}

interface EventRuntime {
  readonly plans: HostedPlans;
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
): Promise<BatchAnswer | InvocationAnswer | SignalAnswer> {
  const { plans, scope, shared, asTokens, collaborators, budget, emitter, isCold } = runtime;
  const [first] = plans;
  const runIn = async (own: InvocationScope, arrival: Arrival, delivery: string, isQueued: boolean) => {
    own.offer(asTokens);
    const plan = await chooseJob(plans, arrival, { collaborators, remainingMs: () => budget.remainingMs() });
    const construct = () => own.construct(plan);
    return runDelivery({
      plan,
      arrival,
      delivery,
      isQueued,
      context,
      budget,
      collaborators,
      emitter: plan === first ? emitter : emitter.about({ job: plan.name }),
      isCold,
      construct,
      hosted: plans,
      validate: validateInput,
    });
  };
  const run = async (arrival: Arrival, delivery: string) => {
    const own = scope.openInvocation(first.name);
    try {
      return await runIn(own, arrival, delivery, true);
    } finally {
      await disposeScope(own, collaborators, budget);
    }
  };
  const recognition = recogniseEvent(event, {
    awsRequestId: context.awsRequestId,
    job: first.name,
    checksum: collaborators.platform.checksum,
  });
  if (recognition.kind === 'single')
    return (await runIn(shared, recognition.arrival, context.awsRequestId, false)).answer;
  return runBatch(recognition.records, {
    logger: collaborators.logger,
    // Whose a record is is not known before it is opened.
    hasTime: () => budget.remainingMs() > Math.max(...plans.map(({ safeMs }) => safeMs)),
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

/** What a job asks for that only a store can give. */
function checkStore({ jobClass, durability, concurrency }: JobPlan, hasStore: boolean): JobFault[] {
  if (hasStore) return [];
  const isStored = durability !== undefined && durability !== 'handoff';
  const fault = (option: string, shown: string): JobFault => ({
    problem: `@LongRunning on class ${jobClass.name}: ${shown} needs a checkpoint store, and there is none.`,
    fix: `Set ${storeVariables}, or provide CHECKPOINT_STORE; else leave ${option} out.`,
  });
  return [
    ...(isStored ? [fault('durability', `durability ${JSON.stringify(durability)}`)] : []),
    ...(concurrency ? [fault('concurrency', 'concurrency')] : []),
  ];
}
