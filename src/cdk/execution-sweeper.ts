import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import {
  type Architecture,
  Code,
  type FunctionOptions,
  type IFunction,
  Function as LambdaFunction,
  type Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { type ILogGroup, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { InvalidDeploymentError } from './invalid-deployment-error';

/** Long enough to send a thousand executions on. */
const timeout = Duration.minutes(5);
const memoryMb = 256;
const defaultSchedule = Schedule.rate(Duration.minutes(15));

/** What an {@link ExecutionSweeper} is made with: every choice but the schedule made. */
interface SweeperParts {
  readonly runtime: Runtime;
  readonly architecture: Architecture;
  readonly environment: Readonly<Record<string, string>>;
  /** Where the swept function is, and by which key its variables are kept: the sweeper has the same store to reach, and the same secrets. */
  readonly surroundings: Pick<
    FunctionOptions,
    | 'allowPublicSubnet'
    | 'environmentEncryption'
    | 'ipv6AllowedForDualStack'
    | 'securityGroups'
    | 'vpc'
    | 'vpcSubnets'
  >;
  readonly schedule: Schedule | undefined;
}

/** A function of its own that sweeps on a schedule. A sweep that failed is not tried again: the next one comes. */
export class ExecutionSweeper extends Construct {
  readonly function: LambdaFunction;

  constructor(
    scope: Construct,
    id: string,
    { runtime, architecture, environment, surroundings, schedule }: SweeperParts,
  ) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.function = new LambdaFunction(this, 'Function', {
      ...surroundings,
      description: `Sends on what will not be retried: ${environment.BATON_SWEEP_JOB}.`,
      code: Code.fromAsset(locateSweeper(this.node.path)),
      handler: 'index.handler',
      runtime,
      architecture,
      environment,
      timeout,
      memorySize: memoryMb,
      retryAttempts: 0,
      logGroup: logGroup as ILogGroup,
    });
    new Rule(this, 'Schedule', {
      schedule: schedule ?? defaultSchedule,
      targets: [new LambdaTarget(this.function as IFunction)],
    });
  }
}

/** Where the code of the sweeper is: beside this file as it is published, or built from these sources. */
const places = ['./sweeper/', '../../dist/sweeper/'];

/**
 * Finds the directory with the code of the sweeper.
 *
 * @param construct path of the construct in the app
 * @throws InvalidDeploymentError when the package is not whole
 */
function locateSweeper(construct: string): string {
  const found = places
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((place) => existsSync(`${place}index.mjs`));
  if (found !== undefined) return found;
  const problem =
    'lambda-baton is not installed whole: the code of the sweeper, dist/sweeper/index.mjs, is missing.';
  throw new InvalidDeploymentError(construct, [
    { problem, fix: 'Install lambda-baton again, or set sweep: false.' },
  ]);
}
