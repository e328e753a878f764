import type { JobPlan } from './job-plan';

/** How the times of a job are changed on this machine. Both are honoured on the local Lambda only: see {@link isLocalLambda}. */
export const localTimeVariables = {
  /** Factor from 0 to 1 for `safeMs`, `reserveMs`, `intervalMs` and `minBudgetMs`. */
  scale: 'BATON_SCALE_TIME',
  /** `1` makes waits and retry delays a second at most. */
  skipWaits: 'BATON_SKIP_WAITS',
} as const;

/** What a hand-off needs on this machine, in milliseconds: a scaled time is not below this, unless the job's own is. */
const leastMs = { safeMs: 600, reserveMs: 250, intervalMs: 20 } as const;
/** Where Lambda has a function's code, in an archive or an image. */
const lambdaTaskRoot = '/var/task';
const skippedWaitMs = 1_000;

type Environment = Readonly<Record<string, string | undefined>>;
type Times = Pick<JobPlan, 'intervalMs' | 'reserveMs' | 'safeMs'>;

/** The plan as it is carried out here: on Lambda, and wherever nothing was asked for, the job's own. */
export function adaptToLocalLambda(plan: JobPlan, environment: Environment): JobPlan {
  if (!isLocalLambda(environment)) return plan;
  const scale = readScale(environment[localTimeVariables.scale]);
  const maxPauseMs = environment[localTimeVariables.skipWaits] === '1' ? skippedWaitMs : undefined;
  if (scale === 1 && maxPauseMs === undefined) return plan;
  const steps = plan.steps.map((step) =>
    Object.freeze({ ...step, minBudgetMs: Math.floor(step.minBudgetMs * scale) }),
  );
  return Object.freeze({
    ...plan,
    ...scaleTimes(plan, scale),
    steps: Object.freeze(steps),
    ...(maxPauseMs === undefined ? {} : { maxPauseMs }),
  });
}

/** The times of a job in proportion, in whole milliseconds: never more than they were, and not below what a hand-off needs. */
export function scaleTimes({ safeMs, reserveMs, intervalMs }: Times, scale: number): Times {
  return {
    safeMs: scaleOne(safeMs, scale, leastMs.safeMs),
    reserveMs: scaleOne(reserveMs, scale, leastMs.reserveMs),
    intervalMs: scaleOne(intervalMs, scale, leastMs.intervalMs),
  };
}

function scaleOne(ms: number, scale: number, least: number): number {
  return scale === 1 ? ms : Math.min(ms, Math.max(least, Math.round(ms * scale)));
}

/** The moment that a pause ends, brought forward where waits are skipped. */
export function capPause(
  { maxPauseMs }: Pick<JobPlan, 'maxPauseMs'>,
  nowMs: number,
  untilMs: number,
): number {
  return maxPauseMs === undefined ? untilMs : Math.min(untilMs, nowMs + maxPauseMs);
}

/**
 * Whether the local Lambda runs this process: both endpoints are one on loopback, and the code is not where Lambda has it, which is a
 * variable that nobody can set there.
 * Nothing that only helps on a developer's machine may have an effect anywhere else.
 */
export function isLocalLambda(environment: Environment): boolean {
  // Each variable is read for itself: to copy them all is felt at a cold start.
  const { AWS_ENDPOINT_URL_LAMBDA: lambda, AWS_ENDPOINT_URL_SQS: sqs } = environment;
  if (lambda === undefined || lambda !== sqs || !/^http:\/\/127\.0\.0\.1:\d+$/.test(lambda)) return false;
  return environment.AWS_LAMBDA_RUNTIME_API !== undefined && environment.LAMBDA_TASK_ROOT !== lambdaTaskRoot;
}

function readScale(text: string | undefined): number {
  const scale = text === undefined || text === '' ? 1 : Number(text);
  return scale > 0 && scale <= 1 ? scale : 1;
}

/** The longest delay that Node's own timers take, in milliseconds, about 24.8 days; a longer one would fire at once. */
export const maxTimerMs = 2_147_483_647;
