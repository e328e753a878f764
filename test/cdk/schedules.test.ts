import { Match } from 'aws-cdk-lib/assertions';
import { ensureBuilt } from '../helpers/ensure-built';
import { findCycle } from './find-cycle';
import { synthesize } from './synthesize';

beforeAll(ensureBuilt);

/** The function that the job runs in, not its sweeper. */
function readVariables(template: ReturnType<typeof synthesize>): Record<string, unknown> {
  const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
  const [, fn] = functions.find(([id]) => !id.includes('Sweeper')) ?? [];
  return fn?.Properties.Environment?.Variables ?? {};
}

describe('the schedules of LongRunningFunction', () => {
  it('The schedules of LongRunningFunction are there where there is a store: a group, and a role that only EventBridge Scheduler of this account assumes', () => {
    const template = synthesize();
    template.resourceCountIs('AWS::Scheduler::ScheduleGroup', 1);
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Action: 'sts:AssumeRole',
            Effect: 'Allow',
            Principal: { Service: 'scheduler.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
    });
    expect(readVariables(template)).toMatchObject({
      BATON_SCHEDULER_ROLE_ARN: { 'Fn::GetAtt': [expect.stringContaining('SchedulesRole'), 'Arn'] },
      BATON_SCHEDULER_GROUP: { Ref: expect.stringContaining('SchedulesGroup') },
    });
    expect(findCycle(template.toJSON())).toBeUndefined();
  });

  it('The schedules of LongRunningFunction wake this function and its versions, and may do nothing else', () => {
    const template = synthesize();
    const arn = { 'Fn::GetAtt': [Match.stringLikeRegexp('^CountFunction'), 'Arn'] };
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Action: 'lambda:InvokeFunction',
            Effect: 'Allow',
            Resource: [arn, { 'Fn::Join': ['', [arn, ':*']] }],
          },
        ],
      },
      Roles: [{ Ref: Match.stringLikeRegexp('SchedulesRole') }],
    });
  });

  it('The schedules of LongRunningFunction are made by the function in its own group only, with its own role, passed to that service only', () => {
    const template = synthesize();
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            Action: 'scheduler:CreateSchedule',
            Effect: 'Allow',
            Resource: {
              'Fn::Join': [
                '',
                [
                  'arn:',
                  { Ref: 'AWS::Partition' },
                  ':scheduler:',
                  { Ref: 'AWS::Region' },
                  ':',
                  { Ref: 'AWS::AccountId' },
                  ':schedule/',
                  { Ref: Match.stringLikeRegexp('SchedulesGroup') },
                  '/*',
                ],
              ],
            },
          },
          {
            Action: 'iam:PassRole',
            Effect: 'Allow',
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('SchedulesRole'), 'Arn'] },
            Condition: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
          },
        ]),
      },
      Roles: [{ Ref: Match.stringLikeRegexp('^CountFunctionServiceRole') }],
    });
  });

  it.each([
    ['with scheduler: false', { scheduler: false }],
    ['without a store', { store: false as const }],
  ])('The schedules of LongRunningFunction are not there %s', (_what, props) => {
    const template = synthesize(props);
    template.resourceCountIs('AWS::Scheduler::ScheduleGroup', 0);
    expect(JSON.stringify(template.toJSON())).not.toMatch(/scheduler/i);
  });

  it('The schedules of LongRunningFunction cannot be asked for without a store', () => {
    expect(() => synthesize({ scheduler: true, store: false })).toThrow(
      /scheduler is set, and there is no store.*\n.*→ Leave store: false out, or leave scheduler out\./s,
    );
  });
});
