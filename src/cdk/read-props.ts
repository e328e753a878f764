import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Duration, Fn, Token, Tokenization } from 'aws-cdk-lib';
import type { BundlingOptions } from 'aws-cdk-lib/aws-lambda-nodejs';
import { isJobNamed } from '../metadata/read-job';
import { leastReceiveCount, recommendedVisibility } from '../runtime/core/execution/deployment-rules';
import type { JobPlan } from '../runtime/core/execution/job-plan';
import { defaultGraceMs } from '../runtime/core/record/sweep';
import type { DeploymentFacts } from './check-deployment';
import type { LongRunningFunctionProps } from './long-running-function-props';

/** When an invocation is killed, unless it is said otherwise. */
export const defaultTimeout = Duration.minutes(15);
const maxVisibility = Duration.hours(12);

/** A bucket may stand in for a table; with neither there is no store. */
export function hasStore({ store = {} }: LongRunningFunctionProps): boolean {
  return store !== false && (store.table !== false || (store.bucket ?? false) !== false);
}

/** Six times the time-out, as AWS recommends; of a time-out that only CloudFormation knows, six times the usual one. */
export function chooseVisibility({ queue }: LongRunningFunctionProps, timeout: Duration): Duration {
  const given = queue === false ? undefined : queue?.visibilityTimeout;
  if (given?.isUnresolved()) return given;
  const timeoutMs = readKnownMs(timeout) ?? defaultTimeout.toMilliseconds();
  const recommendedMs = Math.min(recommendedVisibility * timeoutMs, maxVisibility.toMilliseconds());
  return Duration.seconds(Math.ceil((given?.toMilliseconds() ?? recommendedMs) / 1_000));
}

/** By then the queue has delivered again whatever it will. */
export function chooseGrace(props: LongRunningFunctionProps, timeout: Duration): Duration {
  const usual = Duration.millis(defaultGraceMs);
  if (props.queue === false) return usual;
  const visibility = chooseVisibility(props, timeout);
  return visibility.isUnresolved() || visibility.toMilliseconds() > defaultGraceMs ? visibility : usual;
}

/** What is checked of the queue, as it was given. */
export function readQueue(props: LongRunningFunctionProps, timeout: Duration): DeploymentFacts['queue'] {
  const given = props.queue === false ? undefined : props.queue;
  return {
    visibilityMs: readKnownMs(given?.visibilityTimeout ?? chooseVisibility(props, timeout)),
    maxReceiveCount: readKnown(given?.maxReceiveCount ?? leastReceiveCount),
  };
}

/** After how many days objects in a new bucket expire, where that is known. */
export function readExpiry({ store }: LongRunningFunctionProps): number | undefined {
  if (
    store === undefined ||
    store === false ||
    store.bucket !== true ||
    store.expireAfter?.isUnresolved() !== false
  )
    return undefined;
  return store.expireAfter.toDays({ integral: false });
}

/** A value that is known at synth; undefined for a token, which only CloudFormation knows. */
export function readKnown<Value>(value: Value): Value | undefined {
  return Token.isUnresolved(value) ? undefined : value;
}

/** The milliseconds of a duration that is known at synth; undefined for a token. */
export function readKnownMs(duration: Duration): number | undefined {
  return duration.isUnresolved() ? undefined : duration.toMilliseconds();
}

/** A number as a text, a token as the text that it becomes. */
export function writeNumber(value: number): string {
  return Tokenization.stringifyNumber(value);
}

/** The milliseconds of a duration as a text. Of a token in seconds too: CloudFormation cannot multiply, but it can append zeros. */
export function writeMs(duration: Duration): string {
  if (!duration.isUnresolved() || duration.unitLabel() === 'millis')
    return writeNumber(duration.toMilliseconds());
  return Fn.join('', [writeNumber(duration.toSeconds()), '000']);
}

/** Decorators are TypeScript's own; esbuild reads that from a `tsconfig.json`, and is told where there is none. */
const decorated = { '--tsconfig-raw': '{"compilerOptions":{"experimentalDecorators":true}}' };

/** What a runtime that only CloudFormation knows is bundled for: the oldest that is supported. */
const leastTarget = 'node22';

/**
 * How the job is bundled: the newest ESM that packages have, which is the smallest (tsyringe's `es2015` needs no tslib); never with Docker. Class names are kept where they may
 * be what a job is known by: to keep them all costs every cold start 4 ms.
 *
 * @param plans all that the handler hosts, as far as that is known
 */
export function chooseBundling(
  { entry, runtime, bundling = {} }: Pick<LongRunningFunctionProps, 'bundling' | 'entry' | 'runtime'>,
  plans: readonly JobPlan[],
): BundlingOptions {
  const isTold = bundling.tsconfig !== undefined || hasTsconfig(dirname(resolve(entry)));
  return {
    keepNames:
      bundling.minify === true || !(plans.length > 0 && plans.every(({ jobClass }) => isJobNamed(jobClass))),
    sourceMap: true,
    mainFields: ['es2015', 'module', 'main'],
    forceDockerBundling: false,
    ...(Token.isUnresolved(runtime?.name) && { target: leastTarget }),
    ...bundling,
    ...(isTold ? {} : { esbuildArgs: { ...decorated, ...bundling.esbuildArgs } }),
  };
}

function hasTsconfig(directory: string): boolean {
  if (existsSync(join(directory, 'tsconfig.json'))) return true;
  const parent = dirname(directory);
  return parent !== directory && hasTsconfig(parent);
}
