import { EventField, Rule, RuleTargetInput, type Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Alias, IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** Starts an execution at every tick, with the tick's own event id: delivered twice, it is still one execution. */
export function scheduleExecutions(scope: Construct, target: Alias, schedule: Schedule, input: object): Rule {
  const start = { executionId: EventField.eventId, input };
  const event = RuleTargetInput.fromObject({ lambdaBaton: { v: 1, start } });
  return new Rule(scope, 'Schedule', {
    schedule,
    targets: [new LambdaFunction(target as IFunction, { event })],
  });
}
