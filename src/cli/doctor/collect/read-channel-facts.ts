import type { EventSourceMappingConfiguration, LambdaClient } from '@aws-sdk/client-lambda';
import { loadLambdaSdk, loadSchedulerSdk, loadSqsSdk } from '../../../runtime/adapters/aws/clients';
import type { SchedulerSettings } from '../../../runtime/adapters/scheduler/scheduler-sender';
import { findReferences } from '../../template/references';
import { asRecord, type Resource, type Template } from '../../template/template';
import type { MappingFacts, QueueFacts, SchedulerFacts } from '../facts';
import { listStatements, listStatementsOfRole, mayInvoke, mayUse } from './read-template-policies';
import { orMissing, tryToRead } from './try-to-read';

/** What a queue is read with. */
interface QueueParts {
  readonly lambda: LambdaClient;
  readonly region: string | undefined;
  readonly queueUrl: string;
  /** Without a qualifier. */
  readonly functionArn: string;
}

const attributeNames = [
  'QueueArn',
  'VisibilityTimeout',
  'RedrivePolicy',
  'MaximumMessageSize',
  'KmsMasterKeyId',
] as const;

/** Reads a queue, and whatever it invokes. */
export async function readQueue({
  lambda,
  region,
  queueUrl,
  functionArn,
}: QueueParts): Promise<QueueFacts | 'missing'> {
  const { SQSClient, GetQueueAttributesCommand } = await loadSqsSdk();
  const client = new SQSClient(region === undefined ? {} : { region });
  try {
    const AttributeNames = [...attributeNames];
    const answer = await orMissing(
      client.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames })),
    );
    if (answer === 'missing') return answer;
    const {
      QueueArn = '',
      VisibilityTimeout,
      RedrivePolicy,
      MaximumMessageSize,
      KmsMasterKeyId,
    } = answer.Attributes ?? {};
    const mappings = await tryToRead(`What queue ${queueUrl} invokes`, 'lambda:ListEventSourceMappings', () =>
      listMappings(lambda, QueueArn, functionArn),
    );
    return {
      name: QueueArn.split(':').at(-1) ?? queueUrl,
      visibilityMs: Number(VisibilityTimeout) * 1_000,
      maxMessageBytes: MaximumMessageSize === undefined ? undefined : Number(MaximumMessageSize),
      key: KmsMasterKeyId || undefined,
      deadLetters: readRedrivePolicy(RedrivePolicy),
      mappings,
    };
  } finally {
    client.destroy();
  }
}

function readRedrivePolicy(text: string | undefined): QueueFacts['deadLetters'] {
  if (text === undefined) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(text) as {
    deadLetterTargetArn?: string;
    maxReceiveCount?: number | string;
  };
  return deadLetterTargetArn === undefined ? undefined : { maxReceiveCount: Number(maxReceiveCount) };
}

/** By the queue and not by the function: a mapping may name the function, its alias or a version, and other functions too. */
async function listMappings(
  client: LambdaClient,
  EventSourceArn: string,
  functionArn: string,
): Promise<MappingFacts[]> {
  const { paginateListEventSourceMappings } = await loadLambdaSdk();
  const found: EventSourceMappingConfiguration[] = [];
  for await (const { EventSourceMappings = [] } of paginateListEventSourceMappings(
    { client },
    { EventSourceArn },
  )) {
    found.push(...EventSourceMappings);
  }
  return found.map(({ FunctionArn = '', State, BatchSize, FunctionResponseTypes = [] }) => ({
    target: FunctionArn,
    isOfFunction: FunctionArn === functionArn || FunctionArn.startsWith(`${functionArn}:`),
    invokes: classifyQualifier(FunctionArn.slice(functionArn.length + 1)),
    isEnabled: !['Disabled', 'Disabling', 'Deleting'].includes(State ?? ''),
    batchSize: BatchSize ?? 10,
    reportsFailures: FunctionResponseTypes.includes('ReportBatchItemFailures'),
  }));
}

function classifyQualifier(qualifier: string): MappingFacts['invokes'] {
  if (qualifier === '' || qualifier === '$LATEST') return 'latest';
  return /^\d+$/.test(qualifier) ? 'version' : 'alias';
}

const service = 'scheduler.amazonaws.com';
const defaultGroup = 'default';

/** Reads from AWS whether the group is there. Roles and policies are not read: that would take a client of IAM. */
export async function readScheduler(
  { roleArn: role, group = defaultGroup }: SchedulerSettings,
  region: string | undefined,
): Promise<SchedulerFacts> {
  const { SchedulerClient, GetScheduleGroupCommand } = await loadSchedulerSdk();
  const client = new SchedulerClient(region === undefined ? {} : { region });
  try {
    const found = await orMissing(client.send(new GetScheduleGroupCommand({ Name: group })));
    return { ...unseen, role, group, isGroupThere: found !== 'missing' };
  } finally {
    client.destroy();
  }
}

const unseen = {
  isRoleTrusting: undefined,
  mayRoleInvoke: undefined,
  mayCreate: undefined,
  mayPassRole: undefined,
};

/** Reads from a template what its long waits go by; undefined when they do not go by schedules. */
export function readTemplateScheduler(
  template: Template,
  id: string,
  fn: Resource,
  { BATON_SCHEDULER_ROLE_ARN: roleArn, BATON_SCHEDULER_GROUP: groupName }: Readonly<Record<string, unknown>>,
): SchedulerFacts | undefined {
  if (!roleArn) return undefined;
  const [role = String(roleArn)] = findReferences(roleArn);
  const group = groupName ? (findReferences(groupName)[0] ?? String(groupName)) : defaultGroup;
  const found = template.resources.get(role);
  const ofRole = found && listStatementsOfRole(template, role);
  const ofFunction = listStatementsOfRole(template, findReferences(fn.Properties.Role));
  return {
    role,
    group,
    isGroupThere: template.resources.has(group) || group === defaultGroup ? true : undefined,
    isRoleTrusting: found && listStatements(found.Properties.AssumeRolePolicyDocument).some(isTrusting),
    mayRoleInvoke: ofRole && mayInvoke(ofRole, id).every(({ isAllowed }) => isAllowed),
    mayCreate: ofFunction && mayUse(ofFunction, group, ['scheduler:CreateSchedule']),
    mayPassRole: ofFunction && mayUse(ofFunction, role, ['iam:PassRole'], ['iam:PassedToService']),
  };
}

function isTrusting({ Effect, Principal, Action }: Resource['Properties']): boolean {
  const services = [asRecord(Principal).Service ?? []].flat();
  return Effect === 'Allow' && services.includes(service) && [Action].flat().includes('sts:AssumeRole');
}
