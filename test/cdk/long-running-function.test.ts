import { Duration, RemovalPolicy, SecretValue, type Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { InvalidDeploymentError } from 'lambda-baton/cdk';
import { findCycle } from './find-cycle';
import { createConstruct, synthesize } from './synthesize';

/** The logical id of the only resource of a type whose id has a part. */
function find(template: Template, type: string, part = ''): string {
  const ids = Object.keys(template.findResources(type)).filter((id) => id.includes(part));
  if (ids.length !== 1) throw new Error(`${ids.length} resources of type ${type} with ${part}: ${ids}`);
  return ids[0] as string;
}

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

describe('LongRunningFunction', () => {
  let template: Template;
  beforeAll(() => {
    template = synthesize({ environment: { STAGE: 'test' }, store: { bucket: true } });
  });

  it('LongRunningFunction makes a Node 24 function with time-out, memory and recursion allowed', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Architectures: ['arm64'],
      Timeout: 900,
      MemorySize: 512,
      RecursiveLoop: 'Allow',
    });
  });

  it('LongRunningFunction tells the function where its queue, table and bucket are', () => {
    const Variables = {
      STAGE: 'test',
      BATON_QUEUE_URL: { Ref: find(template, 'AWS::SQS::Queue', 'ContinuationsQueue') },
      BATON_TABLE: { Ref: find(template, 'AWS::DynamoDB::Table') },
      BATON_BUCKET: { Ref: find(template, 'AWS::S3::Bucket') },
    };
    template.hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables } });
  });

  it('LongRunningFunction feeds the alias from the queue, one message at a time, with partial failures', () => {
    const mapping = template.findResources('AWS::Lambda::EventSourceMapping');
    expect(Object.values(mapping)[0]?.Properties).toMatchObject({
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      EventSourceArn: arnOf(find(template, 'AWS::SQS::Queue', 'ContinuationsQueue')),
      FunctionName: { 'Fn::Join': ['', [expect.anything(), ':live']] },
    });
  });

  it('LongRunningFunction hides messages for six time-outs, and gives them up after five receipts', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 5_400,
      RedrivePolicy: {
        deadLetterTargetArn: arnOf(find(template, 'AWS::SQS::Queue', 'ContinuationsDeadLetters')),
        maxReceiveCount: 5,
      },
    });
  });

  it('LongRunningFunction makes the table that the store wants', () => {
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: Match.arrayWith([
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
          { AttributeName: 'job', AttributeType: 'S' },
          { AttributeName: 'startedAtMs', AttributeType: 'N' },
        ]),
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        GlobalSecondaryIndexes: [
          Match.objectLike({
            IndexName: 'byJob',
            KeySchema: [
              { AttributeName: 'job', KeyType: 'HASH' },
              { AttributeName: 'startedAtMs', KeyType: 'RANGE' },
            ],
          }),
          Match.objectLike({
            IndexName: 'byStatus',
            KeySchema: [
              { AttributeName: 'status', KeyType: 'HASH' },
              { AttributeName: 'startedAtMs', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['job'] },
          }),
        ],
      },
    });
  });

  it('LongRunningFunction makes a private bucket whose objects outlive every record that names them: twice maxDurationMs and 60 days', () => {
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
        LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 74, Status: 'Enabled' })] },
      },
    });
  });

  it('LongRunningFunction keeps a continuation of 1 MiB in every queue it makes, and says so', () => {
    template.resourcePropertiesCountIs('AWS::SQS::Queue', { MaximumMessageSize: 1_048_576 }, 3);
    template.resourceCountIs('AWS::SQS::Queue', 3);
  });

  it('LongRunningFunction lets nobody reach its queues without TLS', () => {
    const secured = Object.values(template.findResources('AWS::SQS::QueuePolicy')).map(
      ({ Properties }) => Properties.Queues[0].Ref,
    );
    expect(secured.sort()).toEqual(Object.keys(template.findResources('AWS::SQS::Queue')).sort());
  });

  it('LongRunningFunction retries the events of $LATEST, of the alias and of the pinned version, and keeps what it gives up', () => {
    const failures = arnOf(find(template, 'AWS::SQS::Queue', 'Failures'));
    const version = { 'Fn::GetAtt': [find(template, 'AWS::Lambda::Version'), 'Version'] };
    for (const Qualifier of ['$LATEST', 'live', version]) {
      template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
        Qualifier,
        MaximumRetryAttempts: 2,
        DestinationConfig: { OnFailure: { Destination: failures } },
      });
    }
    const ofAlias = template.findResources('AWS::Lambda::EventInvokeConfig', {
      Properties: { Qualifier: 'live' },
    });
    expect(Object.values(ofAlias)[0]?.DependsOn).toContain(find(template, 'AWS::Lambda::Alias'));
  });

  it('LongRunningFunction keeps every version that an execution may be pinned to, with its retry settings', () => {
    template.hasResource('AWS::Lambda::Version', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    template.hasResource('AWS::Lambda::EventInvokeConfig', {
      UpdateReplacePolicy: 'Retain',
      Properties: { Qualifier: { 'Fn::GetAtt': [find(template, 'AWS::Lambda::Version'), 'Version'] } },
    });
    template.hasResourceProperties('AWS::Lambda::Alias', { Name: 'live' });
  });

  it('LongRunningFunction lets the function invoke itself with and without a version, and send to its queue, and nothing wider', () => {
    const fn = find(template, 'AWS::Lambda::Function', 'CountFunction');
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            Action: 'lambda:InvokeFunction',
            Effect: 'Allow',
            Resource: [arnOf(fn), { 'Fn::Join': ['', [arnOf(fn), ':*']] }],
          },
          { Action: 'lambda:GetFunctionRecursionConfig', Effect: 'Allow', Resource: arnOf(fn) },
          {
            Action: 'sqs:SendMessage',
            Effect: 'Allow',
            Resource: arnOf(find(template, 'AWS::SQS::Queue', 'ContinuationsQueue')),
          },
        ]),
      },
    });
    for (const { Properties } of Object.values(template.findResources('AWS::IAM::Policy'))) {
      for (const { Action, Effect, Resource } of Properties.PolicyDocument.Statement) {
        expect(Effect).toBe('Allow');
        expect([Action].flat()).not.toContainEqual(expect.stringContaining('*'));
        expect([Resource].flat()).not.toContain('*');
      }
    }
  });

  it('LongRunningFunction has no cycle: no resource depends on itself by any path', () => {
    expect(findCycle(template.toJSON())).toBeUndefined();
  });

  it('LongRunningFunction may send events to the alias only once the function may hand over', () => {
    const alias = Object.values(template.findResources('AWS::Lambda::Alias'))[0];
    expect(alias?.DependsOn).toContain(find(template, 'AWS::IAM::Policy', 'ExecutionPolicy'));
  });

  it.each([
    ['RecursiveInvocationsDropped', 'AWS/Lambda', 1],
    ['AsyncEventsDropped', 'AWS/Lambda', 1],
    ['DestinationDeliveryFailures', 'AWS/Lambda', 1],
    ['AsyncEventAge', 'AWS/Lambda', 900_000],
    ['ApproximateNumberOfMessagesVisible', 'AWS/SQS', 1],
  ])('LongRunningFunction watches %s', (MetricName, Namespace, Threshold) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName,
      Namespace,
      Threshold,
      TreatMissingData: 'notBreaching',
    });
  });

  it('LongRunningFunction watches both dead-letter queues', () => {
    const alarms = template.findResources('AWS::CloudWatch::Alarm', { Properties: { Namespace: 'AWS/SQS' } });
    const watched = Object.values(alarms).map(
      ({ Properties }) => Properties.Dimensions[0].Value['Fn::GetAtt'][0],
    );
    expect(watched.sort()).toEqual(
      ['ContinuationsDeadLetters', 'Failures'].map((part) => find(template, 'AWS::SQS::Queue', part)).sort(),
    );
  });
});

describe('the properties of LongRunningFunction', () => {
  it('The properties of LongRunningFunction can make the queue FIFO', () => {
    const template = synthesize({
      queue: { fifo: true, visibilityTimeout: Duration.minutes(20), maxReceiveCount: 9 },
    });
    template.hasResourceProperties('AWS::SQS::Queue', {
      FifoQueue: true,
      VisibilityTimeout: 1_200,
      RedrivePolicy: Match.objectLike({ maxReceiveCount: 9 }),
    });
    template.resourcePropertiesCountIs('AWS::SQS::Queue', { FifoQueue: true }, 2);
  });

  it('The properties of LongRunningFunction can let a new table be brought back to any second', () => {
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
    synthesize({ store: { pointInTimeRecovery: true } }).hasResourceProperties('AWS::DynamoDB::Table', {
      PointInTimeRecoverySpecification,
    });
    const [plain] = Object.values(synthesize().findResources('AWS::DynamoDB::Table'));
    expect(plain?.Properties.PointInTimeRecoverySpecification).toBeUndefined();
  });

  it('The properties of LongRunningFunction never let a bucket delete what a record may name: not before twice maxDurationMs and 60 days, and never when that is not known', () => {
    const rules = (props: Parameters<typeof synthesize>[0]) =>
      Object.values(synthesize(props).findResources('AWS::S3::Bucket'))[0]?.Properties.LifecycleConfiguration
        .Rules;
    expect(rules({ store: { bucket: true, expireAfter: Duration.days(74) } })).toMatchObject([
      { ExpirationInDays: 74 },
    ]);
    expect(() => rules({ store: { bucket: true, expireAfter: Duration.days(73) } })).toThrow(
      'store.expireAfter (73 days) is under 74 days, twice maxDurationMs of job CountingJob and 60 days',
    );
    expect(rules({ store: { bucket: true }, job: undefined as never })).toEqual([
      { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' },
    ]);
  });

  it.each([
    ['by default', {}],
    ['with a description for versions', { currentVersionOptions: { description: 'x' } }],
    ['with a policy that is undefined', { currentVersionOptions: { removalPolicy: undefined as never } }],
  ])(
    'The properties of LongRunningFunction keep the version that executions are pinned to, and its retries: %s',
    (_name, functionProps) => {
      const kept = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
      const template = synthesize({ functionProps });
      template.hasResource('AWS::Lambda::Version', kept);
      template.hasResource('AWS::Lambda::EventInvokeConfig', {
        ...kept,
        Properties: { Qualifier: { 'Fn::GetAtt': [find(template, 'AWS::Lambda::Version'), 'Version'] } },
      });
    },
  );

  it('The properties of LongRunningFunction refuse to destroy the version that executions are pinned to, and only that', () => {
    const functionProps = { currentVersionOptions: { removalPolicy: RemovalPolicy.DESTROY } };
    expect(() => synthesize({ functionProps })).toThrow(
      'would delete the version that executions are pinned to',
    );
    synthesize({ functionProps, continueOn: 'latest' }).hasResource('AWS::Lambda::Version', {
      DeletionPolicy: 'Delete',
    });
  });

  it('The properties of LongRunningFunction can leave queue, store and alarms out', () => {
    const template = synthesize({ queue: false, store: false, alarmActions: false });
    for (const type of [
      'AWS::DynamoDB::Table',
      'AWS::S3::Bucket',
      'AWS::CloudWatch::Alarm',
      'AWS::Lambda::EventSourceMapping',
    ])
      template.resourceCountIs(type, 0);
    template.resourceCountIs('AWS::SQS::Queue', 1);
  });

  it('The properties of LongRunningFunction can take a table of the user, and grants on that', () => {
    const template = synthesize((stack) => ({
      store: { table: TableV2.fromTableName(stack, 'Mine', 'mine') },
    }));
    template.resourceCountIs('AWS::DynamoDB::Table', 0);
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ BATON_TABLE: 'mine' }) },
    });
  });

  it('The properties of LongRunningFunction refer to the signing key, and never hold it', () => {
    for (const signingKey of [
      (stack: Stack) => new Secret(stack, 'Key'),
      () => SecretValue.secretsManager('key'),
    ]) {
      const template = synthesize((stack) => ({ signingKey: signingKey(stack) }));
      const [fn] = Object.values(template.findResources('AWS::Lambda::Function'));
      expect(JSON.stringify(fn?.Properties.Environment.Variables.BATON_SIGNING_KEY)).toContain('{{resolve:');
    }
  });

  it('The properties of LongRunningFunction start an execution at every tick, known by the id of the tick', () => {
    const template = synthesize({ schedule: Schedule.rate(Duration.hours(1)), scheduleInput: { pages: 3 } });
    const [rule] = Object.values(template.findResources('AWS::Events::Rule'));
    expect(rule?.Properties).toMatchObject({
      ScheduleExpression: 'rate(1 hour)',
      Targets: [
        {
          Arn: { Ref: find(template, 'AWS::Lambda::Alias') },
          InputTransformer: {
            InputPathsMap: { id: '$.id' },
            InputTemplate: '{"lambdaBaton":{"v":1,"start":{"executionId":<id>,"input":{"pages":3}}}}',
          },
        },
      ],
    });
  });

  it('The properties of LongRunningFunction can choose code, level, retries and everything else that a function has', () => {
    const template = synthesize({
      continueOn: 'latest',
      logLevel: 'debug',
      retryAttempts: 1,
      memory: 1_024,
      timeout: Duration.minutes(5),
      functionProps: { description: 'Counts.', reservedConcurrentExecutions: 3 },
      sweep: false,
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'Counts.',
      ReservedConcurrentExecutions: 3,
      Timeout: 300,
      MemorySize: 1_024,
      Environment: { Variables: Match.objectLike({ BATON_CONTINUE_ON: 'latest', BATON_LOG_LEVEL: 'debug' }) },
    });
    template.hasResourceProperties('AWS::SQS::Queue', { VisibilityTimeout: 1_800 });
    template.allResourcesProperties('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 1 });
  });

  it('The properties of LongRunningFunction let others start executions, by the alias', () => {
    const { stack, construct } = createConstruct();
    construct.grantStart(
      new Role(stack, 'Starter', { assumedBy: new ServicePrincipal('apigateway.amazonaws.com') }),
    );
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: [Match.objectLike({ Action: 'lambda:InvokeFunction' })] },
      Roles: [{ Ref: Match.stringLikeRegexp('^Starter') }],
    });
  });

  it('The properties of LongRunningFunction refuse at synth what cannot work, all of it at once', () => {
    const refused = () =>
      synthesize({
        entry: 'nowhere/job.ts',
        timeout: Duration.millis(400),
        recursiveLoop: RecursiveLoop.TERMINATE,
        queue: { visibilityTimeout: Duration.millis(300), maxReceiveCount: 1 },
      });
    expect(refused).toThrow(InvalidDeploymentError);
    expect(refused).toThrow(
      /^LongRunningFunction Jobs\/Count has 5 faults:\n1\. entry nowhere\/job\.ts: there is no such file\.\n/,
    );
  });

  it('The properties of LongRunningFunction count a store of neither table nor bucket as none', () => {
    const [fn] = Object.values(
      synthesize({ store: { table: false } }).findResources('AWS::Lambda::Function'),
    );
    expect(Object.keys(fn?.Properties.Environment.Variables)).toEqual(['BATON_QUEUE_URL']);
    const inBucket = synthesize({ store: { table: false, bucket: true }, sweep: false });
    const [withBucket] = Object.values(inBucket.findResources('AWS::Lambda::Function'));
    expect(Object.keys(withBucket?.Properties.Environment.Variables).sort()).toEqual([
      'BATON_BUCKET',
      'BATON_QUEUE_URL',
      'BATON_SCHEDULER_GROUP',
      'BATON_SCHEDULER_ROLE_ARN',
    ]);
  });

  it('The properties of LongRunningFunction refuse a job that is none', () => {
    class NoJob {}
    expect(() => synthesize({ job: NoJob })).toThrow(expect.objectContaining({ code: 'INVALID_JOB' }));
  });

  it('The properties of LongRunningFunction warn of what works less well than it looks', () => {
    const { stack } = createConstruct({
      job: undefined as never,
      store: false,
      queue: false,
      retryAttempts: 0,
    });
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
    expect(warnings.map(({ id, entry: { data } }) => `${id} ${data}`)).toMatchInlineSnapshot(`
[
  "/Jobs/Count The job is not known here, so neither its safeMs nor its limits were checked. → Pass job: the class. [ack: lambda-baton:job]",
  "/Jobs/Count There is no store and no signing key: the limits are counted in continuations that anybody who may invoke the function can write. → Leave store: false out, or pass a signingKey. [ack: lambda-baton:fuses]",
  "/Jobs/Count retryAttempts is 0: an invocation that crashes 1 time leaves its execution to the failure queue, with no end recorded. → Leave it at 2. [ack: lambda-baton:retries]",
  "/Jobs/Count There is no queue: wait() cannot outlast an invocation, and a refused hand-off has no second way. → Leave queue: false out. [ack: lambda-baton:queue]",
]
`);
    expect(Annotations.fromStack(createConstruct().stack).findWarning('*', Match.anyValue())).toEqual([]);
  });
});
