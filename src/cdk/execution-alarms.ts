import { Duration, Token } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { writeMs } from './read-props';

/** What is watched. */
interface Watched {
  readonly fn: IFunction;
  readonly timeout: Duration;
  /** Where dead letters end, by what they are called. */
  readonly deadLetters: Readonly<Record<string, IQueue>>;
  /** Undefined without a sweep. */
  readonly sweeper: IFunction | undefined;
  readonly actions: readonly IAlarmAction[];
}

const period = Duration.minutes(5);

/** The alarms for what a log cannot show, because nothing ran: dropped, dead, and waiting events. */
export class ExecutionAlarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, { fn, timeout, deadLetters, sweeper, actions }: Watched) {
    super(scope, id);
    const sum = { period, statistic: 'Sum' };
    const alarms = [
      this.#watch(
        'RecursionDropped',
        fn.metric('RecursiveInvocationsDropped', sum),
        1,
        'AWS stopped a chain of invocations.',
      ),
      this.#watch(
        'AsyncEventsDropped',
        fn.metric('AsyncEventsDropped', sum),
        1,
        'Lambda gave an event up without running it to its end.',
      ),
      this.#watch(
        'FailuresLost',
        fn.metric('DestinationDeliveryFailures', sum),
        1,
        'An event that Lambda gave up did not reach the failure destination: it was too large for it, or may not be sent there.',
      ),
      this.#watch(
        'AsyncEventAge',
        fn.metric('AsyncEventAge', { period, statistic: 'Maximum' }),
        timeout.isUnresolved() ? Token.asNumber(writeMs(timeout)) : timeout.toMilliseconds(),
        'An event has waited for longer than an invocation takes: throttles, errors, or concurrency 0.',
      ),
      ...Object.entries(deadLetters).map(([name, queue]) =>
        this.#watch(
          name,
          queue.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }),
          1,
          'There are dead letters.',
        ),
      ),
      ...(sweeper
        ? [
            this.#watch(
              'SweepFailed',
              sweeper.metricErrors(sum),
              1,
              'A sweep failed, could not send an execution on, or left some to the next one.',
            ),
          ]
        : []),
    ];
    for (const alarm of alarms) alarm.addAlarmAction(...actions);
    this.alarms = alarms;
  }

  #watch(id: string, metric: IMetric, threshold: number, alarmDescription: string): Alarm {
    return new Alarm(this, id, {
      metric,
      threshold,
      alarmDescription,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
