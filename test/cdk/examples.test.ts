import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from '../helpers/ensure-built';
import { type Resource, readSam } from './read-sam';
import { readAttribute, readTerraform } from './read-terraform';
import { synthesize } from './synthesize';

const samples = join(__dirname, '../../samples/deploy');
const sam = readSam(join(samples, 'sam/template.yaml'));
const terraform = readTerraform(join(samples, 'terraform/main.tf'));

let construct: Readonly<Record<string, Resource>> = {};
beforeAll(() => {
  ensureBuilt();
  construct = synthesize().toJSON().Resources;
});

/** The properties of the construct's only resource of a type whose id has a part. */
function find(type: string, part = ''): Resource['Properties'] {
  const found = Object.entries(construct).filter(([id, { Type }]) => Type === type && id.includes(part));
  if (found.length !== 1) throw new Error(`${found.length} resources of type ${type} with ${part}`);
  return found[0]?.[1].Properties as Resource['Properties'];
}

/** Every action that is allowed to the function, sorted; the sweeper has a role of its own. */
function listActions(resources: Readonly<Record<string, Resource>>, isOfSweeper = false): string[] {
  const policies = Object.entries(resources)
    .filter(([id, { Type }]) => Type === 'AWS::IAM::Policy' && id.includes('Sweeper') === isOfSweeper)
    .map(([, policy]) => policy);
  return [
    ...new Set(
      policies.flatMap(({ Properties }) =>
        Properties.PolicyDocument.Statement.flatMap((statement: { Action: string }) => statement.Action),
      ),
    ),
  ].sort();
}

/** What SAM and the function's own role need beyond hand-overs: SAM attaches AWSLambdaSQSQueueExecutionRole, and sends to the failure queue are granted once. */
const addedBySam = [
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
  'sqs:ReceiveMessage',
];

const alarmFields = [
  'Namespace',
  'MetricName',
  'Statistic',
  'Period',
  'EvaluationPeriods',
  'Threshold',
  'ComparisonOperator',
  'TreatMissingData',
];
const listAlarms = (resources: Readonly<Record<string, Resource>>) =>
  Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
    .map(({ Properties }) => alarmFields.map((field) => Properties[field]).join(' '))
    .sort();

describe('the SAM template', () => {
  const fn = sam.Job?.Properties ?? {};

  it('The SAM template has the function of the construct', () => {
    const { Runtime, Handler, Architectures, Timeout, MemorySize, RecursiveLoop } = find(
      'AWS::Lambda::Function',
      'CountFunction',
    );
    expect(fn).toMatchObject({ Runtime, Handler, Architectures, Timeout, MemorySize, RecursiveLoop });
    expect(Object.keys(fn.Environment.Variables)).toEqual(
      Object.keys(find('AWS::Lambda::Function', 'CountFunction').Environment.Variables).reverse().sort(),
    );
    expect(fn.AutoPublishAlias).toBe(find('AWS::Lambda::Alias').Name);
  });

  it('The SAM template has the queues of the construct', () => {
    const { VisibilityTimeout, MessageRetentionPeriod, MaximumMessageSize, RedrivePolicy } = find(
      'AWS::SQS::Queue',
      'ContinuationsQueue',
    );
    expect(sam.Continuations?.Properties).toMatchObject({
      MaximumMessageSize,
      VisibilityTimeout,
      MessageRetentionPeriod,
      RedrivePolicy: { maxReceiveCount: RedrivePolicy.maxReceiveCount },
    });
    expect(sam.DeadContinuations?.Properties).toEqual(find('AWS::SQS::Queue', 'ContinuationsDeadLetters'));
    expect(sam.Failures?.Properties).toEqual(find('AWS::SQS::Queue', 'Failures'));
  });

  it('The SAM template lets nobody reach the queues without TLS, as the construct does', () => {
    const { Action, Effect, Principal, Condition } = find('AWS::SQS::QueuePolicy', 'Failures').PolicyDocument
      .Statement[0];
    for (const id of ['Continuations', 'DeadContinuations', 'Failures']) {
      const Resource = { 'Fn::GetAtt': [id, 'Arn'] };
      expect(sam[`${id}Policy`]?.Properties).toMatchObject({
        Queues: [{ Ref: id }],
        PolicyDocument: { Statement: [{ Action, Effect, Principal, Condition, Resource }] },
      });
    }
  });

  it('The SAM template names no partition', () => {
    expect(readFileSync(join(samples, 'sam/template.yaml'), 'utf8')).not.toMatch(/arn:aws\b/);
  });

  it('The SAM template feeds the function from the queue as the construct does', () => {
    const { BatchSize, FunctionResponseTypes } = find('AWS::Lambda::EventSourceMapping');
    expect(fn.Events.Continuations.Properties).toMatchObject({ BatchSize, FunctionResponseTypes });
  });

  it('The SAM template has the table of the construct', () => {
    expect(sam.Executions).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: find('AWS::DynamoDB::Table'),
    });
  });

  it('The SAM template retries the alias and the version as the construct does, and keeps the settings of earlier versions', () => {
    const { MaximumRetryAttempts } = find('AWS::Lambda::EventInvokeConfig', 'RetryVersion');
    expect(fn.EventInvokeConfig).toMatchObject({
      MaximumRetryAttempts,
      DestinationConfig: { OnFailure: { Type: 'SQS' } },
    });
    expect(sam.RetryVersion).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: { MaximumRetryAttempts },
    });
  });

  it('The SAM template allows what the construct allows, on the function with and without a version', () => {
    expect([...listActions(sam), ...addedBySam].sort()).toEqual(listActions(construct));
    const statements = sam.ExecutionPolicy?.Properties.PolicyDocument.Statement;
    expect(statements[0].Resource).toEqual([
      { 'Fn::GetAtt': ['Job', 'Arn'] },
      { 'Fn::Sub': ['${', 'Job.Arn}:*'].join('') },
    ]);
  });

  it('The SAM template has the construct’s schedules: the role that wakes, by the function and its versions, and what the function may do', () => {
    const role = find('AWS::IAM::Role', 'SchedulesRole');
    const [trust] = sam.SchedulerRole?.Properties.AssumeRolePolicyDocument.Statement ?? [];
    expect(trust).toEqual(role.AssumeRolePolicyDocument.Statement[0]);
    expect(sam.Schedules?.Type).toBe('AWS::Scheduler::ScheduleGroup');
    expect(sam.SchedulerPolicy?.Properties.PolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: [{ 'Fn::GetAtt': ['Job', 'Arn'] }, { 'Fn::Sub': ['${', 'Job.Arn}:*'].join('') }],
      },
    ]);
    const [create, pass] = sam.ExecutionPolicy?.Properties.PolicyDocument.Statement.slice(-2) ?? [];
    const [ownCreate, ownPass] = find('AWS::IAM::Policy', 'ExecutionPolicy').PolicyDocument.Statement.slice(
      -2,
    );
    expect([create.Action, pass.Action, pass.Condition]).toEqual([
      ownCreate.Action,
      ownPass.Action,
      ownPass.Condition,
    ]);
    expect(create.Resource['Fn::Sub']).toMatch(/:schedule\/\$\{Schedules\}\/\*$/);
    expect(pass.Resource).toEqual({ 'Fn::GetAtt': ['SchedulerRole', 'Arn'] });
  });

  it('The SAM template has the construct’s sweeper, which may do what that one may', () => {
    const { Runtime, Handler, Architectures, Timeout, MemorySize, Environment } = find(
      'AWS::Lambda::Function',
      'Sweeper',
    );
    const sweeper = sam.Sweeper?.Properties ?? {};
    expect(sweeper).toMatchObject({ Runtime, Handler, Architectures, Timeout, MemorySize });
    const { BATON_SWEEP_FUNCTION, BATON_SWEEP_GRACE_MS, ...others } = sweeper.Environment.Variables;
    expect(Object.keys({ BATON_SWEEP_FUNCTION, BATON_SWEEP_GRACE_MS, ...others }).sort()).toEqual(
      Object.keys(Environment.Variables).sort(),
    );
    expect(BATON_SWEEP_FUNCTION).toEqual({ Ref: 'Job.Alias' });
    expect(BATON_SWEEP_GRACE_MS).toBe(Environment.Variables.BATON_SWEEP_GRACE_MS);
    expect(sweeper.EventInvokeConfig).toEqual({ MaximumRetryAttempts: 0 });
    expect(sweeper.Events.Schedule.Properties.Schedule).toBe(find('AWS::Events::Rule').ScheduleExpression);
    expect(sam.SweeperLog?.Properties).toEqual(find('AWS::Logs::LogGroup', 'Sweeper'));
    const statements = sweeper.Policies[0].Statement;
    expect(statements.flatMap(({ Action }: { Action: string }) => Action).sort()).toEqual(
      listActions(construct, true),
    );
    expect(statements[0].Resource).toEqual({ Ref: 'Job.Alias' });
  });

  it('The SAM template has the alarms of the construct', () => {
    expect(listAlarms(sam)).toEqual(listAlarms(construct));
  });
});

describe('the Terraform file', () => {
  const read = (resource: string, name: string) => readAttribute(terraform[resource], name);

  it('The Terraform file has the function of the construct', () => {
    const { Runtime, Handler, Architectures, MemorySize, RecursiveLoop, Environment } = find(
      'AWS::Lambda::Function',
      'CountFunction',
    );
    const fn = 'aws_lambda_function.job';
    expect({
      runtime: read(fn, 'runtime'),
      handler: read(fn, 'handler'),
      architectures: read(fn, 'architectures'),
      memory: read(fn, 'memory_size'),
      timeout: read(fn, 'timeout'),
      publish: read(fn, 'publish'),
      recursion: read('aws_lambda_function_recursion_config.job', 'recursive_loop'),
      alias: read('aws_lambda_alias.live', 'name'),
    }).toEqual({
      runtime: `"${Runtime}"`,
      handler: `"${Handler}"`,
      architectures: JSON.stringify(Architectures),
      memory: String(MemorySize),
      timeout: 'var.timeout_seconds',
      publish: 'true',
      recursion: `"${RecursiveLoop}"`,
      alias: `"${find('AWS::Lambda::Alias').Name}"`,
    });
    for (const name of Object.keys(Environment.Variables)) expect(read(fn, name)).toMatch(/^aws_/);
  });

  it('The Terraform file has the queues of the construct', () => {
    const { MessageRetentionPeriod, MaximumMessageSize, RedrivePolicy } = find(
      'AWS::SQS::Queue',
      'ContinuationsQueue',
    );
    expect(read('aws_sqs_queue.continuations', 'visibility_timeout_seconds')).toBe('6 * var.timeout_seconds');
    expect(read('aws_sqs_queue.continuations', 'maxReceiveCount')).toBe(
      String(RedrivePolicy.maxReceiveCount),
    );
    for (const name of ['continuations', 'dead_continuations', 'failures']) {
      expect(read(`aws_sqs_queue.${name}`, 'message_retention_seconds')).toBe(String(MessageRetentionPeriod));
      expect(read(`aws_sqs_queue.${name}`, 'max_message_size')).toBe(String(MaximumMessageSize));
    }
  });

  it('The Terraform file lets nobody reach the queues without TLS, as the construct does', () => {
    const policy = terraform['aws_sqs_queue_policy.tls'] ?? '';
    for (const name of ['continuations', 'dead_continuations', 'failures'])
      expect(policy).toContain(`aws_sqs_queue.${name}\n`);
    expect(policy.replaceAll(/ +/g, ' ')).toContain(
      'Condition = { Bool = { "aws:SecureTransport" = "false" } }',
    );
    for (const [name, value] of [
      ['Effect', '"Deny"'],
      ['Action', '"sqs:*"'],
      ['Principal', '{ AWS = "*" }'],
    ] as const)
      expect(readAttribute(policy, name)).toBe(value);
  });

  it('The Terraform file names no partition, and wants a provider that knows a message of 1 MiB', () => {
    const text = readFileSync(join(samples, 'terraform/main.tf'), 'utf8');
    expect(text).not.toMatch(/arn:aws\b/);
    const [, minor] = /hashicorp\/aws", version = ">= 6\.(\d+)"/.exec(text) ?? [];
    expect(Number(minor)).toBeGreaterThan(3);
  });

  it('The Terraform file feeds the alias from the queue as the construct does', () => {
    const { BatchSize, FunctionResponseTypes } = find('AWS::Lambda::EventSourceMapping');
    const mapping = 'aws_lambda_event_source_mapping.continuations';
    expect(read(mapping, 'batch_size')).toBe(String(BatchSize));
    expect(read(mapping, 'function_response_types')).toBe(JSON.stringify(FunctionResponseTypes));
    expect(read(mapping, 'function_name')).toBe('aws_lambda_alias.live.arn');
  });

  it('The Terraform file has the table of the construct', () => {
    const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, TimeToLiveSpecification, BillingMode } =
      find('AWS::DynamoDB::Table');
    const table = terraform['aws_dynamodb_table.executions'] ?? '';
    const attributes = [...table.matchAll(/attribute \{\s*name = "(\w+)"\s*type = "(\w)"/g)];
    expect(attributes.map(([, AttributeName, AttributeType]) => ({ AttributeName, AttributeType }))).toEqual(
      AttributeDefinitions,
    );
    const keys = [
      ...KeySchema,
      ...GlobalSecondaryIndexes.flatMap((index: { KeySchema: object[] }) => index.KeySchema),
    ].map(({ AttributeName }) => `"${AttributeName}"`);
    expect([...table.matchAll(/(?:hash|range)_key\s*=\s*(\S+)/g)].map(([, key]) => key)).toEqual(keys);
    const blocks = table.split('global_secondary_index').slice(1);
    for (const [at, { IndexName, Projection }] of GlobalSecondaryIndexes.entries()) {
      expect(readAttribute(blocks[at], 'name')).toBe(`"${IndexName}"`);
      expect(readAttribute(blocks[at], 'projection_type')).toBe(`"${Projection.ProjectionType}"`);
    }
    expect(readAttribute(table, 'attribute_name')).toBe(`"${TimeToLiveSpecification.AttributeName}"`);
    expect(readAttribute(table, 'billing_mode')).toBe(`"${BillingMode}"`);
  });

  it('The Terraform file retries $LATEST, the alias and the version as the construct does', () => {
    const block = terraform['aws_lambda_function_event_invoke_config.retry'];
    expect(readAttribute(block, 'maximum_retry_attempts')).toBe(
      String(find('AWS::Lambda::EventInvokeConfig', 'RetryVersion').MaximumRetryAttempts),
    );
    for (const qualifier of ['"$LATEST"', 'aws_lambda_alias.live.name', 'aws_lambda_function.job.version'])
      expect(block).toContain(qualifier);
  });

  it('The Terraform file allows what the construct allows, on the function with and without a version', () => {
    const policies = Object.entries(terraform).filter(([name]) =>
      /^aws_iam_role_policy\.(execution|receive)$/.test(name),
    );
    const actions = policies.flatMap(([, block]) =>
      [...block.matchAll(/"((?:lambda|sqs|dynamodb|scheduler|iam):(?!PassedTo)\w+)"/g)].map(
        ([, action]) => action,
      ),
    );
    expect([...new Set(actions)].sort()).toEqual(listActions(construct));
    expect(terraform['aws_iam_role_policy.execution']).toContain(
      ['[aws_lambda_function.job.arn, "${', 'aws_lambda_function.job.arn}:*"]'].join(''),
    );
  });

  it('The Terraform file has the construct’s schedules, with the role that wakes', () => {
    expect(read('aws_scheduler_schedule_group.executions', 'name')).toBe('var.name');
    const trust = terraform['aws_iam_role.scheduler'] ?? '';
    expect(trust).toContain('Principal = { Service = "scheduler.amazonaws.com" }');
    expect(trust).toContain('"aws:SourceAccount" = data.aws_caller_identity.current.account_id');
    expect(terraform['aws_iam_role_policy.wake']).toContain(
      [
        'Action = "lambda:InvokeFunction", Resource = [aws_lambda_function.job.arn, "${',
        'aws_lambda_function.job.arn}:*"]',
      ].join(''),
    );
    const may = terraform['aws_iam_role_policy.execution'] ?? '';
    expect(may).toContain('"iam:PassedToService" = "scheduler.amazonaws.com"');
    expect(may).toContain(':schedule-group/", ":schedule/")}/*"');
  });

  it('The Terraform file has the construct’s sweeper, which may do what that one may', () => {
    const { Runtime, Handler, Architectures, Timeout, MemorySize, Environment } = find(
      'AWS::Lambda::Function',
      'Sweeper',
    );
    const fn = 'aws_lambda_function.sweeper';
    expect(
      ['runtime', 'handler', 'architectures', 'timeout', 'memory_size'].map((name) => read(fn, name)),
    ).toEqual([
      `"${Runtime}"`,
      `"${Handler}"`,
      JSON.stringify(Architectures),
      String(Timeout),
      String(MemorySize),
    ]);
    for (const name of Object.keys(Environment.Variables)) expect(read(fn, name)).toBeDefined();
    expect([read(fn, 'BATON_SWEEP_FUNCTION'), read(fn, 'BATON_SWEEP_GRACE_MS')]).toEqual([
      'aws_lambda_alias.live.arn',
      '6000 * var.timeout_seconds',
    ]);
    expect(read('aws_lambda_function_event_invoke_config.sweeper', 'maximum_retry_attempts')).toBe('0');
    expect(read('aws_cloudwatch_event_rule.sweep', 'schedule_expression')).toBe(
      `"${find('AWS::Events::Rule').ScheduleExpression}"`,
    );
    expect(read('aws_cloudwatch_event_target.sweep', 'arn')).toBe(`${fn}.arn`);
    expect(read('aws_cloudwatch_log_group.sweeper', 'retention_in_days')).toBe(
      String(find('AWS::Logs::LogGroup', 'Sweeper').RetentionInDays),
    );
    const policy = terraform['aws_iam_role_policy.sweep'] ?? '';
    const actions = [...policy.matchAll(/"((?:lambda|dynamodb):\w+)"/g)].map(([, action]) => action);
    expect([...actions].sort()).toEqual(listActions(construct, true));
    expect(policy).toContain('Action = "lambda:InvokeFunction", Resource = aws_lambda_alias.live.arn');
  });

  it('The Terraform file has the alarms of the construct', () => {
    const metrics = Object.values(construct).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
    const { TreatMissingData, ComparisonOperator } = metrics[0]?.Properties ?? {};
    const text = readFileSync(join(samples, 'terraform/main.tf'), 'utf8');
    for (const { Properties } of metrics)
      expect(text).toMatch(new RegExp(`\\b${Properties.MetricName}\\b.*`));
    for (const name of ['function', 'dead_letters', 'sweep']) {
      expect(read(`aws_cloudwatch_metric_alarm.${name}`, 'treat_missing_data')).toBe(`"${TreatMissingData}"`);
      expect(read(`aws_cloudwatch_metric_alarm.${name}`, 'comparison_operator')).toBe(
        `"${ComparisonOperator}"`,
      );
    }
  });
});
