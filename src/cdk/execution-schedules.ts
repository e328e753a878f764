import { ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';

const service = 'scheduler.amazonaws.com';

/** What long waits go by: a group of one-time schedules, and the role by which EventBridge Scheduler invokes the function. */
export class ExecutionSchedules extends Construct {
  readonly group: CfnScheduleGroup;
  readonly role: Role;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.group = new CfnScheduleGroup(this, 'Group');
    // Nobody else's schedule can make the service use it.
    const isOurs = { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } };
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal(service, { conditions: isOurs }),
      description: 'EventBridge Scheduler wakes executions of one function by it.',
    });
  }

  /** Lets the role invoke a function and its versions, by a policy of its own: the function waits for its role. */
  allowToInvoke({ functionArn }: LambdaFunction): Policy {
    const resources = [functionArn, `${functionArn}:*`];
    const statements = [new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources })];
    return new Policy(this, 'Policy', { statements, roles: [this.role] });
  }

  /** What whoever makes schedules needs: to make them in the group, and to pass the role to the service. */
  listNeeded(): PolicyStatement[] {
    const schedules = Stack.of(this).formatArn({
      service: 'scheduler',
      resource: 'schedule',
      resourceName: `${this.group.ref}/*`,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    return [
      new PolicyStatement({ actions: ['scheduler:CreateSchedule'], resources: [schedules] }),
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [this.role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': service } },
      }),
    ];
  }
}
