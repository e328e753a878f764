import { Duration, Stack } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  Metric,
  SingleValueWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { defaultNamespace, type MetricName } from '../observe/metric-names';

/** What is shown. */
interface Shown {
  /** The names of the jobs: the dimension of their metrics. */
  readonly jobs: readonly string[];
  readonly fn: IFunction;
  /** Undefined without one. */
  readonly queue: IQueue | undefined;
  readonly deadLetters: readonly IQueue[];
  readonly alarms: readonly Alarm[];
}

const period = Duration.minutes(5);
const [third, half, whole, height] = [8, 12, 24, 6];

/** One view of a job: how executions end, how long they and their hand-offs take, what they cost, and what waits. */
export class ExecutionDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, shown: Shown) {
    super(scope, id);
    this.dashboard = new Dashboard(this, 'Dashboard', { widgets: listRows(shown) });
  }
}

function listRows({ jobs, fn, queue, deadLetters, alarms }: Shown): IWidget[][] {
  return [
    ...(alarms.length > 0
      ? [[new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: whole, height: 3 })]]
      : []),
    ...jobs.flatMap((job) => [
      ...(jobs.length > 1 ? [[new TextWidget({ markdown: `## ${job}`, width: whole, height: 1 })]] : []),
      ...listRowsOfJob(job),
    ]),
    [
      drawGraph('Invocations', half, [
        fn.metricInvocations({ period, label: 'invocations' }),
        fn.metricErrors({ period, label: 'errors' }),
        fn.metricThrottles({ period, label: 'throttles' }),
      ]),
      drawGraph('What waits: age (s) and dead letters', half, listQueueMetrics(queue), [
        ...deadLetters.map((dead) => dead.metricApproximateNumberOfMessagesVisible({ period })),
      ]),
    ],
  ];
}

function listRowsOfJob(job: string): IWidget[][] {
  const of = (name: MetricName, statistic: string, label: string) =>
    new Metric({
      ...{ namespace: defaultNamespace, metricName: name, dimensionsMap: { job }, statistic, label, period },
    });
  return [
    [
      drawGraph('Executions by outcome', half, [
        of('ExecutionsStarted', 'Sum', 'started'),
        of('ExecutionsCompleted', 'Sum', 'completed'),
        of('ExecutionsFailed', 'Sum', 'failed'),
        of('ExecutionsCancelled', 'Sum', 'cancelled'),
      ]),
      drawGraph('How long executions take (ms)', half, listPercentiles(of, 'ExecutionDuration')),
    ],
    [
      drawGraph('How long hand-offs take (ms)', third, listPercentiles(of, 'HandOffLatency')),
      drawGraph('Time left at hand-off (ms)', third, [
        of('RemainingAtHandOff', 'Minimum', 'least'),
        of('RemainingAtHandOff', 'p50', 'p50'),
      ]),
      drawGraph('Checkpoints (ms, bytes)', third, listPercentiles(of, 'CheckpointLatency'), [
        of('CheckpointBytes', 'Maximum', 'largest'),
      ]),
    ],
    [
      drawGraph('Attempts at steps', third, [
        of('StepAttempts', 'Sum', 'attempts'),
        of('StepAttemptsFailed', 'Sum', 'failed'),
      ]),
      drawGraph('How long steps take (ms)', third, listPercentiles(of, 'StepDuration')),
      new SingleValueWidget({
        ...{ title: 'Cost (US dollars, list price)', width: third, height, setPeriodToTimeRange: true },
        metrics: [of('CostUsd', 'Sum', 'in all'), costOfOne(of)],
      }),
    ],
  ];
}

type MakeMetric = (name: MetricName, statistic: string, label: string) => Metric;

function listPercentiles(of: MakeMetric, name: MetricName): IMetric[] {
  return [of(name, 'p50', 'p50'), of(name, 'p95', 'p95'), of(name, 'Maximum', 'longest')];
}

function costOfOne(of: MakeMetric): MathExpression {
  return new MathExpression({
    ...{ expression: 'cost / ended', label: 'of one execution', period },
    usingMetrics: {
      cost: of('CostUsd', 'Sum', 'cost'),
      ended: of('ExecutionsCompleted', 'Sum', 'completed'),
    },
  });
}

function listQueueMetrics(queue: IQueue | undefined): IMetric[] {
  return queue === undefined
    ? []
    : [queue.metricApproximateAgeOfOldestMessage({ period, label: 'oldest continuation' })];
}

function drawGraph(title: string, width: number, left: IMetric[], right: IMetric[] = []): GraphWidget {
  return new GraphWidget({ title, width, height, left, ...(right.length > 0 && { right }) });
}

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
