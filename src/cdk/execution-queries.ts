import { Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** What is looked for in the logs of a job, by the name that it is saved under. */
export const queries: Readonly<Record<string, readonly string[]>> = {
  'one execution': [
    'fields @timestamp, event, invocation, step, attempt, reason, channel, error.message, message',
    "| filter executionId = 'put-the-id-here'",
    '| sort @timestamp asc',
    '| limit 10000',
  ],
  failures: [
    'fields @timestamp, event, executionId, step, error.name, error.message',
    "| filter event in ['execution.failed', 'execution.parked', 'step.failed', 'step.interrupted', 'hand-off.failed']",
    '| sort @timestamp desc',
    '| limit 1000',
  ],
  'slowest steps': [
    'filter ispresent(slowestMs)',
    '| stats max(slowestMs) as slowest, count(*) as invocations by job, step',
    '| sort slowest desc',
    '| limit 50',
  ],
};

/** Queries for CloudWatch Logs Insights, saved under the name of the construct. */
export class ExecutionQueries extends Construct {
  constructor(scope: Construct, id: string, { fn, logGroup }: QueriedFunction) {
    super(scope, id);
    const folder = `lambda-baton/${Stack.of(this).stackName}/${scope.node.id}`;
    for (const [name, lines] of Object.entries(queries))
      new CfnQueryDefinition(this, toId(name), {
        name: `${folder}/${name}`,
        queryString: lines.join('\n'),
        // Lambda makes the group with the first line that is written: a query may name one that is not there yet.
        logGroupNames: [logGroup?.logGroupRef.logGroupName ?? `/aws/lambda/${fn.functionName}`],
      });
  }
}

interface QueriedFunction {
  readonly fn: IFunction;
  /** Where the function logs, when it is told to. */
  readonly logGroup: NodejsFunctionProps['logGroup'];
}

function toId(name: string): string {
  return name.replaceAll(/(?:^| )(\w)/g, (_match, letter: string) => letter.toUpperCase());
}
