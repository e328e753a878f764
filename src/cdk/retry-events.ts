import { RemovalPolicy } from 'aws-cdk-lib';
import {
  type Alias,
  EventInvokeConfig,
  type IDestination,
  type IFunction,
  type Version,
} from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** Whose events are retried, and where they go when they are given up. */
interface Retried {
  readonly fn: IFunction;
  readonly version: Version;
  readonly alias: Alias;
  readonly retryAttempts: number;
  readonly onFailure: IDestination;
}

/**
 * Configures the retries of `$LATEST`, of the alias, and of the version that pinned continuations are addressed to.
 * The version's configuration outlives the next deployment, as the version does: executions that began on it still end in it.
 */
export function retryEvents(
  scope: Construct,
  { fn, version, alias, retryAttempts, onFailure }: Retried,
): void {
  const settings = { function: fn, retryAttempts, onFailure };
  new EventInvokeConfig(scope, 'RetryLatest', settings);
  const ofAlias = new EventInvokeConfig(scope, 'RetryAlias', { ...settings, qualifier: alias.aliasName });
  // Its name is a text like any other: CloudFormation would not know that the alias has to be there first.
  ofAlias.node.addDependency(alias);
  const ofVersion = new EventInvokeConfig(scope, 'RetryVersion', { ...settings, qualifier: version.version });
  ofVersion.applyRemovalPolicy(RemovalPolicy.RETAIN);
}
