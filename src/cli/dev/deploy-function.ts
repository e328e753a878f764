import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { LocalLambda } from '../../local';
import { stores } from '../../runtime/adapters/store/stores';
import { type DeployedFunction, readFunction } from '../template/read-function';
import { type LookUp, resolveValue } from '../template/references';
import { readTemplate, type Template, TemplateError } from '../template/template';
import type { DevOptions } from './dev-options';
import { localAccountId, type PreparedLambda, quietSdk, scheduleVariables } from './prepare-lambda';

/** A function of a template, and the options it is run with. */
interface TemplateRun {
  readonly template: Template;
  readonly deployed: DeployedFunction;
  readonly options: DevOptions;
  /** A new directory for executions, in place of the table; whoever asked for it removes it. */
  readonly storeDirectory: string;
}

/** Reads the template that the options name; what the user wrote on the command line wins over it. @throws TemplateError */
export function applyTemplate(
  options: DevOptions,
  { file, functionId }: NonNullable<DevOptions['template']>,
): TemplateRun {
  const template = readTemplate(file);
  const deployed = readFunction(template, functionId);
  const { timeoutMs, memoryMb, recursiveLoop, architecture } = deployed;
  const isGiven = (name: string) => options.given.has(name);
  return {
    template,
    deployed,
    storeDirectory: mkdtempSync(join(tmpdir(), 'lambda-baton-store-')),
    options: {
      ...options,
      file: `${deployed.id} of ${file}`,
      ...(isGiven('timeout') ? {} : { timeoutMs }),
      ...(isGiven('memory') ? {} : { memoryMb }),
      ...(isGiven('recursion') ? {} : { recursiveLoop }),
      ...(isGiven('arch') ? {} : { architecture }),
    },
  };
}

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

/** What stands on this machine for what is deployed. */
interface StandIns {
  readonly lookUp: LookUp;
  /** Where executions are kept instead of in a table or bucket. */
  readonly storeDirectory: string;
  readonly hasQueues: boolean;
  /** Stands for the role of the schedules. */
  readonly schedulerRoleArn: string;
  /** What the user set: not read from the template. */
  readonly given: Readonly<Record<string, string>>;
}

/** Signs on this machine what a secret signs on AWS. */
const localSigningKey = 'local-signing-key';

const storeNames = new Set(stores.filter(({ isShared }) => isShared).map(({ variable }) => variable));

/** Works the variables of a function out, with local stand-ins for its queue, its store, its key and its schedules, which are in the default group. @throws TemplateError for one that has none */
export function resolveEnvironment(
  { id, environment }: DeployedFunction,
  template: string,
  standIns: StandIns,
): Record<string, string> {
  const resolved: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (name in standIns.given) continue;
    if (storeNames.has(name)) resolved.BATON_DIRECTORY = standIns.storeDirectory;
    else if (name === 'BATON_SIGNING_KEY') resolved[name] = localSigningKey;
    else if (name === 'BATON_SCHEDULER_ROLE_ARN') resolved[name] = standIns.schedulerRoleArn;
    else if (name === 'BATON_SCHEDULER_GROUP') continue;
    else if (name !== 'BATON_QUEUE_URL' || standIns.hasQueues)
      resolved[name] = resolve(name, value, standIns.lookUp, { id, template });
  }
  return { ...resolved, ...standIns.given };
}

function resolve(
  name: string,
  value: unknown,
  lookUp: LookUp,
  { id, template }: { id: string; template: string },
): string {
  const result = resolveValue(value, lookUp);
  if ('text' in result) return result.text;
  throw new TemplateError(template, id, {
    problem: `Function ${id}: environment variable ${name} needs ${result.unresolved}, which has no stand-in on this machine.`,
    fix: `Say what it is here: --env ${name}=….`,
  });
}
