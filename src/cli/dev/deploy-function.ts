import { basename } from 'node:path';
import type { LocalLambda } from '../../local';
import type { DeployedFunction } from '../template/read-function';
import type { LookUp } from '../template/resolve-value';
import type { Template } from '../template/template';
import type { TemplateRun } from './apply-template';
import { localAccountId, type PreparedLambda, scheduleVariables } from './prepare-lambda';
import { quietSdk } from './quiet-sdk';
import { resolveEnvironment } from './resolve-environment';

interface LocalQueue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
}

const maxNameLength = 64;

/** Deploys a function of a template to a local Lambda: queues, code, version, alias, mappings. */
export async function deployFunction(
  lambda: LocalLambda,
  { deployed, template, options, storeDirectory }: TemplateRun,
): Promise<PreparedLambda> {
  const queues = options.hasQueue
    ? await createQueues(lambda, deployed, options.timeoutMs)
    : new Map<string, LocalQueue>();
  const name = deployed.id.slice(0, maxNameLength);
  const lookUp = createLookUp({ lambda, template, queues, functionId: deployed.id, functionName: name });
  const { BATON_SCHEDULER_ROLE_ARN: schedulerRoleArn } = scheduleVariables;
  const facts = { hasQueues: queues.size > 0, schedulerRoleArn, given: options.environment };
  const standIns = { lookUp, storeDirectory, ...facts };
  const [onFailure, deadLetterQueue] = [deployed.onFailureQueueId, deployed.deadLetterQueueId].map(
    (id) => queues.get(id ?? '')?.arn,
  );
  await lambda.createFunction({
    name,
    code: deployed.codeDirectory,
    handler: deployed.handler,
    timeoutMs: options.timeoutMs,
    memoryMb: options.memoryMb,
    environment: { ...quietSdk, ...resolveEnvironment(deployed, template.file, standIns) },
    retryDelaysMs: options.retryDelaysMs,
    maximumRetryAttempts: deployed.maximumRetryAttempts,
    recursiveLoop: options.recursiveLoop,
    ...(onFailure !== undefined && { onFailure }),
    ...(deadLetterQueue !== undefined && { deadLetterQueue }),
    ...(deployed.reservedConcurrency !== undefined && { reservedConcurrency: deployed.reservedConcurrency }),
    ...(options.nodePath !== undefined && { nodePath: options.nodePath }),
  });
  const functionName = publish(lambda, name, deployed.alias);
  for (const { queueId, batchSize, reportBatchItemFailures } of deployed.mappings) {
    const queue = queues.get(queueId);
    if (queue)
      lambda.addEventSourceMapping({ functionName, queueArn: queue.arn, batchSize, reportBatchItemFailures });
  }
  return {
    functionName,
    hasQueue: deployed.mappings.some(({ queueId }) => queues.has(queueId)),
    remarks: deployed.remarks,
  };
}

/** With an alias the run begins on a published version, so that continuations are pinned to it as they will be. */
function publish(lambda: LocalLambda, name: string, alias: string | undefined): string {
  if (alias === undefined) return name;
  lambda.setAlias(name, alias, lambda.publishVersion(name));
  return `${name}:${alias}`;
}

/** A time-out that the user set shortens the visibility with it: nobody wants to wait for 90 minutes here. */
async function createQueues(
  lambda: LocalLambda,
  deployed: DeployedFunction,
  timeoutMs: number,
): Promise<Map<string, LocalQueue>> {
  const queues = new Map<string, LocalQueue>();
  for (const {
    id,
    isFifo,
    deadLetters,
    visibilityTimeoutMs,
    delayMs,
    maximumMessageBytes,
    contentBasedDeduplication,
  } of deployed.queues) {
    const dead = queues.get(deadLetters?.queueId ?? '');
    const queue = await lambda.createQueue({
      name: `${id.slice(0, maxNameLength)}${isFifo ? '.fifo' : ''}`,
      visibilityTimeoutMs: Math.ceil(visibilityTimeoutMs * Math.min(1, timeoutMs / deployed.timeoutMs)),
      delayMs,
      ...(maximumMessageBytes === undefined ? {} : { maximumMessageBytes }),
      contentBasedDeduplication,
      ...(dead &&
        deadLetters && { deadLetterQueue: { arn: dead.arn, maxReceiveCount: deadLetters.maxReceiveCount } }),
    });
    queues.set(id, queue);
  }
  return queues;
}

interface Surroundings {
  readonly lambda: LocalLambda;
  readonly template: Template;
  readonly queues: ReadonlyMap<string, LocalQueue>;
  readonly functionId: string;
  readonly functionName: string;
}

function createLookUp({ lambda, template, queues, functionId, functionName }: Surroundings): LookUp {
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::Region': lambda.region,
    'AWS::AccountId': localAccountId,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': basename(template.file, '.template.json'),
  };
  return (id, attribute) => {
    const queue = queues.get(id);
    if (queue) return readQueueAttribute(queue, attribute);
    if (id === functionId) return attribute === undefined ? functionName : undefined;
    return attribute === undefined ? (pseudo[id] ?? template.parameters.get(id)) : undefined;
  };
}

function readQueueAttribute(
  { name, url, arn }: LocalQueue,
  attribute: string | undefined,
): string | undefined {
  const attributes: Readonly<Record<string, string>> = { Arn: arn, QueueName: name, QueueUrl: url };
  return attribute === undefined ? url : attributes[attribute];
}
