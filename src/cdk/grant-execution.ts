import { Names, Stack } from 'aws-cdk-lib';
import {
  Effect,
  type IGrantable,
  type IIdentity,
  type IPrincipal,
  Policy,
  PolicyStatement,
} from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Alias, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { type StoreOption, stores } from '../runtime/adapters/store/stores';
import type { ExecutionSchedules, ExecutionStore } from './resources';

/** Names of the stored objects begin with this. */
const objectPrefix = 'lambda-baton/';
/** What reading and writing of data under a customer key takes, beside the permission for the data. */
const keyActions = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey*',
  'kms:ReEncrypt*',
];

/** What a function is allowed to use. */
interface Used {
  readonly queue: IQueue | undefined;
  readonly store: ExecutionStore | undefined;
  readonly schedules: ExecutionSchedules | undefined;
  /** The customer key of the function's variables. */
  readonly environmentKey: IKey | undefined;
}

/**
 * Lets the function do what an execution needs, and nothing else.
 *
 * A policy of its own and not the role's: the function waits for its role and all that belongs to it, so that a statement there which
 * names the function would make both wait for each other.
 */
export function grantExecution(
  scope: Construct,
  fn: LambdaFunction,
  { queue, store, schedules, environmentKey }: Used,
): Policy {
  const statements = [
    ...grantHandOff(fn),
    ...(queue ? [allow(['sqs:SendMessage'], [queue.queueArn])] : []),
    ...grantStore(store),
    ...(schedules?.listNeeded() ?? []),
  ];
  const policy = new Policy(scope, 'ExecutionPolicy', { statements });
  if (fn.role) policy.attachToRole(fn.role);
  grantKeys(speakThrough(policy, fn), store, environmentKey);
  return policy;
}

/** A policy on the unqualified ARN says nothing about versions, and the other way round: both are named. */
function grantHandOff({ functionArn }: LambdaFunction): PolicyStatement[] {
  return [
    allow(['lambda:InvokeFunction'], [functionArn, `${functionArn}:*`]),
    allow(['lambda:GetFunctionRecursionConfig'], [functionArn]),
  ];
}

/** Lets a sweeper read and write the records, and send to the alias. A table without the index `byJob` is read as a whole. */
export function grantSweep(
  sweeper: LambdaFunction,
  alias: Alias,
  { store, environmentKey }: Pick<Used, 'environmentKey' | 'store'>,
): void {
  const further = store?.hasIndex === true ? [] : ['dynamodb:Scan'];
  for (const statement of [
    allow(['lambda:InvokeFunction'], [alias.functionArn]),
    ...grantStore(store, further),
  ])
    sweeper.addToRolePolicy(statement);
  grantKeys(sweeper, store, environmentKey);
}

/**
 * Lets somebody invoke the alias, by a policy of its own in the stack of the one who is let: a function never waits for it, whatever
 * it names and whoever names it. Whom no policy of this account can be attached to is let in by the alias.
 */
export function findStarter(job: Construct, grantee: IGrantable): IGrantable {
  const identity = grantee.grantPrincipal as IIdentity;
  const { account } = Stack.of(job);
  const { principalAccount = account } = identity;
  if (typeof identity.attachInlinePolicy !== 'function' || principalAccount !== account) return grantee;
  const scope = Stack.of(identity);
  const id = `Start-${Names.nodeUniqueId(job.node)}-${Names.nodeUniqueId(identity.node)}`;
  const policy = (scope.node.tryFindChild(id) as Policy | undefined) ?? new Policy(scope, id);
  identity.attachInlinePolicy(policy);
  return speakThrough(policy, grantee);
}

function grantStore(
  { table, bucket }: Partial<ExecutionStore> = {},
  further: readonly string[] = [],
): PolicyStatement[] {
  return [
    ...(table
      ? [
          allow(
            [...permissionsOf('table').own, ...further],
            [table.tableArn, ...['byJob', 'byStatus'].map((name) => `${table.tableArn}/index/${name}`)],
          ),
        ]
      : []),
    ...(bucket ? grantBucket(bucket.bucketArn) : []),
  ];
}

function grantBucket(bucketArn: string): PolicyStatement[] {
  const { own, contents } = permissionsOf('bucket');
  return [allow([...contents], [`${bucketArn}/${objectPrefix}*`]), allow([...own], [bucketArn])];
}

function permissionsOf(asked: StoreOption) {
  const kind = stores.find(({ option }) => option === asked);
  return kind?.permissions ?? { own: [], contents: [] };
}

/** By the keys' own grants, which write into the key's policy too where that does not trust the account. */
function grantKeys(
  grantee: IGrantable,
  store: ExecutionStore | undefined,
  environmentKey: IKey | undefined,
): void {
  const keys = new Set(
    [store?.table?.encryptionKey, store?.bucket?.encryptionKey].filter((key) => key !== undefined),
  );
  for (const key of keys) key.grant(grantee, ...keyActions);
  if (environmentKey !== undefined && !keys.has(environmentKey)) environmentKey.grant(grantee, 'kms:Decrypt');
}

/** The same principal, to whom statements are added by a certain policy. */
function speakThrough(policy: Policy, { grantPrincipal }: IGrantable): IGrantable {
  const principal: IPrincipal = {
    get grantPrincipal() {
      return principal;
    },
    assumeRoleAction: grantPrincipal.assumeRoleAction,
    policyFragment: grantPrincipal.policyFragment,
    ...(grantPrincipal.principalAccount !== undefined && {
      principalAccount: grantPrincipal.principalAccount,
    }),
    addToPrincipalPolicy(statement) {
      policy.addStatements(statement);
      return { statementAdded: true, policyDependable: policy };
    },
  };
  return principal;
}

function allow(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ effect: Effect.ALLOW, actions, resources });
}
