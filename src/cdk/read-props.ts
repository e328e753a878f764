import { Duration } from 'aws-cdk-lib';
import { leastReceiveCount, recommendedVisibility } from '../runtime/core/execution/deployment-rules';
import { defaultGraceMs } from '../runtime/core/record/sweep';
import type { DeploymentFacts } from './check-deployment';
import type { LongRunningFunctionProps } from './long-running-function-props';
import { readKnown, readKnownMs } from './tokens';

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
