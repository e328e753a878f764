import { Effect, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Alias, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { ExecutionStore } from './execution-store';

/** Names of the stored objects begin with this. */
const objectPrefix = 'lambda-baton/';

/**
 * Lets the function do what an execution needs, and nothing else.
 *
 * A policy of its own and not the role's: the function waits for its role and all that belongs to it, so a statement there that names the function is a circle.
 */
export function grantExecution(scope: Construct, fn: LambdaFunction, queue: IQueue | undefined, store: ExecutionStore | undefined): Policy {
  const statements = [...grantHandOff(fn), ...(queue ? [allow(['sqs:SendMessage'], [queue.queueArn])] : []), ...grantStore(store)];
  const policy = new Policy(scope, 'ExecutionPolicy', { statements });
  if (fn.role) policy.attachToRole(fn.role);
  return policy;
}

/** A policy on the unqualified ARN says nothing about versions, and the other way round: both are named. */
function grantHandOff({ functionArn }: LambdaFunction): PolicyStatement[] {
  return [allow(['lambda:InvokeFunction'], [functionArn, `${functionArn}:*`]), allow(['lambda:GetFunctionRecursionConfig'], [functionArn])];
}

/** What a sweep needs: the records, and the alias that it sends them to. A table without the index `byJob` is read as a whole. */
export function grantSweep(alias: Alias, store: ExecutionStore): PolicyStatement[] {
  return [allow(['lambda:InvokeFunction'], [alias.functionArn]), ...grantStore(store, store.hasIndex ? [] : ['Scan'])];
}

function grantStore(store: ExecutionStore | undefined, further: readonly string[] = []): PolicyStatement[] {
  const { table, bucket } = store ?? {};
  const ofTable = ['GetItem', 'PutItem', 'BatchGetItem', 'BatchWriteItem', 'Query', ...further].map((name) => `dynamodb:${name}`);
  return [
    ...(table ? [allow(ofTable, [table.tableArn, `${table.tableArn}/index/byJob`])] : []),
    ...(bucket ? grantBucket(bucket.bucketArn) : []),
  ];
}

/** Without `s3:ListBucket` S3 answers 403 for an object that is not there, and a new execution could not be told from a forbidden one. */
function grantBucket(bucketArn: string): PolicyStatement[] {
  return [
    allow(['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], [`${bucketArn}/${objectPrefix}*`]),
    allow(['s3:ListBucket'], [bucketArn]),
  ];
}

function allow(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ effect: Effect.ALLOW, actions, resources });
}
