import { App, Aws, NestedStack, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AttributeType, type ITable, Table, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Group, type IGrantable, Role, ServicePrincipal, User } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { S3EventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Bucket, EventType, type IBucket } from 'aws-cdk-lib/aws-s3';
import { LongRunningFunction, type LongRunningFunctionProps } from 'lambda-baton/cdk';
import { ensureBuilt } from '../helpers/ensure-built';
import { findCycle } from './find-cycle';
import { CountingJob } from './fixtures/counting-job';
import { entry, synthesize } from './synthesize';

beforeAll(ensureBuilt);

const addJob = (scope: Stack, id: string, props: Partial<LongRunningFunctionProps> = {}) =>
  new LongRunningFunction(scope, id, { entry, job: CountingJob, ...props });
const addPlain = (scope: Stack, id = 'Other') =>
  new LambdaFunction(scope, id, {
    code: Code.fromInline('exports.h = async () => {}'),
    handler: 'index.h',
    runtime: Runtime.NODEJS_22_X,
  });

/** The templates of an app with a stack, nested ones included. */
function synthesizeAll(build: (stack: Stack, app: App) => void) {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  build(new Stack(app, 'Jobs'), app);
  return app
    .synth()
    .stacksRecursively.map(({ template }) => template as { Resources: Record<string, object> });
}

/** Ways to use the construct that a cycle was near to in one version or another of it or of the CDK. */
const ways: Readonly<Record<string, (stack: Stack, app: App) => void>> = {
  'a job that starts executions of itself': (stack) => {
    const job = addJob(stack, 'Job');
    job.grantStart(job.function);
  },
  "a job that starts executions of itself, by its function's role": (stack) => {
    const job = addJob(stack, 'Job');
    job.grantStart(job.function.role as IGrantable);
  },
  'two jobs that start each other': (stack) => {
    const [one, other] = [addJob(stack, 'One'), addJob(stack, 'Other')];
    one.grantStart(other.function);
    other.grantStart(one.function);
  },
  'three jobs, each of which starts the next': (stack) => {
    const jobs = ['A', 'B', 'C'].map((id) => addJob(stack, id));
    for (const [index, job] of jobs.entries()) job.grantStart(jobs[(index + 1) % 3]?.function as IGrantable);
  },
  'a starter that the job names in its environment': (stack) => {
    const notifier = addPlain(stack);
    addJob(stack, 'Job', { environment: { NOTIFIER: notifier.functionName } }).grantStart(notifier);
  },
  'a starter that names the job in its environment': (stack) => {
    const starter = addPlain(stack);
    const job = addJob(stack, 'Job');
    job.grantStart(starter);
    starter.addEnvironment('JOB', job.alias.functionArn);
  },
  'a starter in another stack': (stack, app) => {
    const starter = addPlain(new Stack(app, 'Second'));
    const job = addJob(stack, 'Job');
    job.grantStart(starter);
    starter.addEnvironment('JOB', job.alias.functionArn);
  },
  'a job in a nested stack that starts itself': (stack) => {
    const job = addJob(new NestedStack(stack, 'Nested'), 'Job');
    job.grantStart(job.function);
  },
  'a job in a nested stack whose starter it names': (stack) => {
    const notifier = addPlain(stack);
    addJob(new NestedStack(stack, 'Nested'), 'Job', {
      environment: { NOTIFIER: notifier.functionName },
    }).grantStart(notifier);
  },
  'a role, a user and a group of one stack, all granted twice': (stack) => {
    const job = addJob(stack, 'Job');
    const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    for (const grantee of [role, new User(stack, 'User'), new Group(stack, 'Group')])
      for (let times = 0; times < 2; times += 1) job.grantStart(grantee);
  },
  'a role of the user that the job runs under and that starts it': (stack) => {
    const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    addJob(stack, 'Job', { functionProps: { role } }).grantStart(role);
  },
  "a bucket of one's own with a key of its own that also wakes the job": (stack) => {
    const bucket = new Bucket(stack, 'Bucket', { encryptionKey: new Key(stack, 'Key') });
    const job = addJob(stack, 'Job', { store: { bucket: bucket as IBucket } });
    job.alias.addEventSource(new S3EventSource(bucket, { events: [EventType.OBJECT_CREATED] }));
    job.grantStart(job.function);
  },
  "a function name and a table of one's own with a key that the environment has too": (stack) => {
    const key = new Key(stack, 'Key');
    const table = new TableV2(stack, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
    });
    addJob(stack, 'Job', {
      store: { table: table as ITable },
      functionProps: { environmentEncryption: key, functionName: `${Aws.STACK_NAME}-job` },
    });
  },
};

describe('grantStart of LongRunningFunction', () => {
  it.each(Object.entries(ways))(
    'grantStart of LongRunningFunction makes no cycle that CloudFormation would refuse: %s',
    (_name, build) => {
      for (const template of synthesizeAll(build)) expect(findCycle(template)).toBeUndefined();
    },
  );

  it('grantStart of LongRunningFunction allows to invoke the alias, and nothing else', () => {
    const [template] = synthesizeAll((stack) => void addJob(stack, 'Job').grantStart(addPlain(stack)));
    Template.fromJSON(template as object).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Action: 'lambda:InvokeFunction',
            Effect: 'Allow',
            Resource: { Ref: Match.stringLikeRegexp('^JobAlias') },
          },
        ],
      },
      Roles: [{ Ref: Match.stringLikeRegexp('^OtherServiceRole') }],
    });
  });

  it('grantStart of LongRunningFunction lets a service in by the permission of the alias', () => {
    const [template] = synthesizeAll(
      (stack) => void addJob(stack, 'Job').grantStart(new ServicePrincipal('apigateway.amazonaws.com')),
    );
    Template.fromJSON(template as object).hasResourceProperties('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunction',
      FunctionName: { Ref: Match.stringLikeRegexp('^JobAlias') },
      Principal: 'apigateway.amazonaws.com',
    });
  });

  it('grantStart of LongRunningFunction lets a role of another account in by the permission of the alias', () => {
    const [template] = synthesizeAll(
      (stack) =>
        void addJob(stack, 'Job').grantStart(
          Role.fromRoleArn(stack, 'Theirs', 'arn:aws:iam::210987654321:role/theirs'),
        ),
    );
    Template.fromJSON(template as object).hasResourceProperties('AWS::Lambda::Permission', {
      Principal: 'arn:aws:iam::210987654321:role/theirs',
    });
  });
});

const keyActions = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey*',
  'kms:ReEncrypt*',
];

/** What the policies that belong to a role with a part in its id allow on keys. */
function listKeyActions(template: Template, part: string): unknown[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
    JSON.stringify(Properties.Roles).includes(part),
  );
  const statements = policies.flatMap(
    ({ Properties }) =>
      Properties.PolicyDocument.Statement as { Action: string | string[]; Resource: unknown }[],
  );
  return statements
    .filter(({ Action }) => [Action].flat().some((action) => action.startsWith('kms:')))
    .map(({ Action }) => [Action].flat().sort());
}

describe('customer keys', () => {
  it.each<[string, (stack: Stack) => Partial<LongRunningFunctionProps>]>([
    [
      "a table of one's own",
      (stack) => ({
        store: {
          table: Table.fromTableAttributes(stack, 'Mine', {
            tableArn: 'arn:aws:dynamodb:us-east-1:123456789012:table/mine',
            encryptionKey: Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:123456789012:key/1'),
          }),
        },
      }),
    ],
    [
      "a bucket of one's own",
      (stack) => ({
        store: {
          table: false as const,
          bucket: new Bucket(stack, 'Mine', { encryptionKey: new Key(stack, 'Key') }) as IBucket,
        },
      }),
    ],
  ])('Customer keys of %s are granted to the function and to its sweeper', (_name, props) => {
    const template = synthesize(props);
    expect(listKeyActions(template, 'CountFunctionServiceRole')).toEqual([keyActions]);
    expect(listKeyActions(template, 'SweeperFunctionServiceRole')).toEqual([keyActions]);
    expect(findCycle(template.toJSON())).toBeUndefined();
  });

  it('Customer keys of the environment encrypt the variables of the sweeper too, and may be used by both', () => {
    const template = synthesize((stack) => ({
      functionProps: { environmentEncryption: new Key(stack, 'Key') },
    }));
    const key = { 'Fn::GetAtt': [Object.keys(template.findResources('AWS::KMS::Key'))[0], 'Arn'] };
    template.resourcePropertiesCountIs('AWS::Lambda::Function', { KmsKeyArn: key }, 2);
    expect(listKeyActions(template, 'CountFunctionServiceRole')).toEqual([['kms:Decrypt']]);
    expect(listKeyActions(template, 'SweeperFunctionServiceRole')).toEqual([['kms:Decrypt']]);
  });

  it('Customer keys are not asked for where there is none', () => {
    expect(JSON.stringify(synthesize({ store: { bucket: true } }).toJSON())).not.toContain('kms:');
  });
});
