import { checkParameters, Defaults, HandlerScope, type HandlerScopeOptions, resolveCollaborators, tokens } from '../di';
import { InvalidJobError, type JobFault } from '../errors';
import { readJob } from '../metadata';
import { validateInput } from './adapters/input-validator';
import type { BatchAnswer, InvocationAnswer } from './answer';
import type { Collaborators } from './collaborators';
import type { Arrival } from './core/arrival';
import type { JobClass, JobPlan } from './core/job-plan';
import { adaptToLocalLambda } from './core/local-time';
import { recogniseEvent } from './core/recognise-event';
import type { Context } from './ports';
import { readSettings } from './read-settings';
import { runBatch } from './run-batch';
import { runDelivery } from './run-delivery';
import { TimeBudget } from './time-budget';

/** Options of {@link createHandler}. */
export type CreateHandlerOptions = HandlerScopeOptions;

/** A Lambda handler. Declares exactly two parameters: Lambda refuses handlers with three. */
export type BatonHandler = (event: unknown, context: Context) => Promise<BatchAnswer | InvocationAnswer>;

/**
 * Makes the Lambda handler of a job.
 *
 * @throws InvalidJobError with everything that is wrong with the job's definition, its constructor or the environment.
 * @example export const handler = createHandler(ReconcilePayments);
 */
export function createHandler(jobClass: JobClass, options: CreateHandlerOptions = {}): BatonHandler {
  const plan = adaptToLocalLambda(readJob(jobClass), process.env);
  const { settings, faults } = readSettings(process.env);
  const scope = new HandlerScope(options, plan.name);
  faults.push(...checkDurability(plan, scope.provides(tokens.CHECKPOINT_STORE) || settings.store !== undefined));
  if (faults.length > 0) throw new InvalidJobError(plan.name, faults);
  checkParameters(jobClass, plan.name);
  const defaults = new Defaults({ ...settings, continueOn: plan.continueOn ?? settings.continueOn ?? 'pinned' });
  let isFirst = true;
  const handler: BatonHandler = async (event, context) => {
    const isColdStart = isFirst;
    isFirst = false;
    return handle({ plan, scope, defaults, isColdStart }, event, context);
  };
  return Object.defineProperty(handler, planKey, { value: plan });
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
  const { asTokens, ...collaborators } = resolveCollaborators(scope, defaults);
  const budget = new TimeBudget(context, collaborators.clock);
  if (isColdStart) sayOnce(plan, collaborators);
  const recognition = recogniseEvent(event, {
    awsRequestId: context.awsRequestId,
    job: plan.name,
    checksum: collaborators.platform.checksum,
  });
  const run = (arrival: Arrival, delivery: string, isQueued: boolean) => {
    const invocationScope = scope.openInvocation(asTokens);
    const construct = () => invocationScope.construct(plan.jobClass, plan.name);
    return runDelivery({ plan, arrival, delivery, isQueued, context, budget, collaborators, construct, validate: validateInput });
  };
  if (recognition.kind === 'single') return (await run(recognition.arrival, context.awsRequestId, false)).answer;
  return runBatch(recognition.records, {
    logger: collaborators.logger,
    hasTime: () => budget.remainingMs() > plan.safeMs,
    run: (arrival, messageId) => run(arrival, messageId, true),
  });
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
      cure: 'Set BATON_TABLE, BATON_BUCKET or BATON_DIRECTORY, or provide CHECKPOINT_STORE; else leave durability out.',
    },
  ];
}
