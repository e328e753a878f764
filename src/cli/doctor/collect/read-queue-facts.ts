import type { EventSourceMappingConfiguration, LambdaClient } from '@aws-sdk/client-lambda';
import { loadLambdaSdk, loadSqsSdk } from '../../../runtime/adapters/aws/aws-sdk';
import type { MappingFacts, QueueFacts } from '../facts';
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
