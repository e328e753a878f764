import { checkParameters, Defaults, HandlerScope, type HandlerScopeOptions, resolveCollaborators, tokens } from '../di';
import { InvalidJobError, type JobFault } from '../errors';
import { readJob } from '../metadata';
import { validateInput } from './adapters/input-validator';
import type { BatchAnswer, InvocationAnswer } from './answer';
import type { Arrival } from './core/arrival';
import type { JobClass, JobPlan } from './core/job-plan';
import { recogniseEvent } from './core/recognise-event';
import { openExecution } from './opened-execution';
import type { Context } from './ports';
import { readSettings } from './read-settings';
import { runBatch } from './run-batch';
import { runInvocation } from './run-invocation';
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
  const plan = readJob(jobClass);
  const { settings, faults } = readSettings(process.env);
  const scope = new HandlerScope(options, plan.name);
  faults.push(...findUnsupported(plan, scope));
  if (faults.length > 0) throw new InvalidJobError(plan.name, faults);
  checkParameters(jobClass, plan.name);
  const defaults = new Defaults({ ...settings, continueOn: plan.continueOn ?? settings.continueOn ?? 'pinned' });
  const runtime: HandlerRuntime = { plan, scope, defaults, notices: new Set() };
  return async (event, context) => handle(runtime, event, context);
}

interface HandlerRuntime {
  readonly plan: JobPlan;
  readonly scope: HandlerScope;
  readonly defaults: Defaults;
  /** What has been said once, in this environment. */
  readonly notices: Set<string>;
}

const noStoreNotice = 'no checkpoint store: a duplicate delivery by AWS can run an execution twice';

async function handle(
  { plan, scope, defaults, notices }: HandlerRuntime,
  event: unknown,
  context: Context,
): Promise<BatchAnswer | InvocationAnswer> {
  const { asTokens, ...collaborators } = resolveCollaborators(scope, defaults);
  const budget = new TimeBudget(context, collaborators.clock);
  if (!notices.has(noStoreNotice)) collaborators.logger.warn(noStoreNotice, { job: plan.name });
  notices.add(noStoreNotice);
  const recognition = recogniseEvent(event, context.awsRequestId);
  const run = async (arrival: Arrival): Promise<InvocationAnswer> => {
    const opened = await openExecution(plan, arrival, collaborators, validateInput);
    const invocationScope = scope.openInvocation(asTokens);
    const construct = () => invocationScope.construct(plan.jobClass, plan.name);
    return runInvocation({ plan, opened, context, budget, collaborators, construct });
  };
  if (recognition.kind === 'single') return run(recognition.arrival);
  return runBatch(recognition.records, { logger: collaborators.logger, hasTime: () => budget.remainingMs() > plan.safeMs, run });
}

function findUnsupported(plan: JobPlan, scope: HandlerScope): JobFault[] {
  const faults: JobFault[] = [];
  if (scope.provides(tokens.CHECKPOINT_STORE)) {
    faults.push({
      problem: `Job ${plan.name} is given a CHECKPOINT_STORE, but this version of lambda-baton has no checkpoint store yet.`,
      cure: 'Leave it out: the state travels in the continuation.',
    });
  }
  if (plan.durability !== undefined && plan.durability !== 'handoff') {
    faults.push({
      problem: `@LongRunning on class ${plan.jobClass.name}: durability ${JSON.stringify(plan.durability)} needs a checkpoint store, and there is none.`,
      cure: "Leave durability out, or set it to 'handoff'.",
    });
  }
  return faults;
}
