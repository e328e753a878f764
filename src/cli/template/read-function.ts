import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { decodeText } from '../arguments/read-values';
import { findReferences, listOwned } from './references';
import {
  asRecord,
  chooseFunction,
  listResources,
  type Resource,
  type Template,
  TemplateError,
} from './template';

/** Lets a queue's messages invoke the function. */
interface DeployedMapping {
  readonly queueId: string;
  readonly batchSize: number;
  readonly reportBatchItemFailures: boolean;
}

/** A function as a template deploys it, with what invokes it and what it leaves behind. */
export interface DeployedFunction {
  readonly id: string;
  /** Directory of the code asset. */
  readonly codeDirectory: string;
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly architecture: 'arm64' | 'x86_64';
  readonly recursiveLoop: 'Allow' | 'Terminate';
  readonly reservedConcurrency: number | undefined;
  /** Values may still refer to other resources. */
  readonly environment: Readonly<Record<string, unknown>>;
  readonly maximumRetryAttempts: 0 | 1 | 2;
  /** Queues of the template. */
  readonly onFailureQueueId: string | undefined;
  readonly deadLetterQueueId: string | undefined;
  /** Name of the alias that a version is published for. */
  readonly alias: string | undefined;
  readonly queues: readonly DeployedQueue[];
  readonly mappings: readonly DeployedMapping[];
  /** What is deployed and not simulated, a sentence each. */
  readonly remarks: readonly string[];
}

type Properties = Resource['Properties'];

/** What a function cannot do without, and this machine does not have. */
const unsupported = ['Layers', 'FileSystemConfigs'];

/** Reads a function, its event source mappings, its queues and its retries out of a template. @throws TemplateError for what cannot be mapped */
export function readFunction(template: Template, asked: string | undefined): DeployedFunction {
  const [id, resource] = chooseFunction(template, asked);
  const { Properties } = resource;
  refuseUnsupported(template, id, Properties);
  const queues = readQueues(template);
  const findQueue = (value: unknown) => queues.find((queue) => findReferences(value).includes(queue.id))?.id;
  const retries = readRetries(template, id);
  const { mappings, remarks } = readMappings(template, id, findQueue);
  return {
    id,
    codeDirectory: locateCode(template, id, resource),
    handler: String(Properties.Handler ?? 'index.handler'),
    ...readSettings(Properties),
    environment: asRecord(asRecord(Properties.Environment).Variables),
    maximumRetryAttempts: Number(retries.MaximumRetryAttempts ?? 2) as 0 | 1 | 2,
    onFailureQueueId: findQueue(asRecord(retries.DestinationConfig).OnFailure),
    deadLetterQueueId: findQueue(Properties.DeadLetterConfig),
    alias: listOwned(template, 'AWS::Lambda::Alias', id).map(({ Name }) => String(Name))[0],
    queues,
    mappings,
    remarks: [
      ...remarks,
      ...(Properties.VpcConfig === undefined ? [] : ['Not simulated: the VPC of the function.']),
    ],
  };
}

function readSettings({
  Timeout,
  MemorySize,
  Architectures,
  RecursiveLoop,
  ReservedConcurrentExecutions,
}: Properties) {
  return {
    timeoutMs: Number(Timeout ?? 3) * 1_000,
    memoryMb: Number(MemorySize ?? 128),
    architecture: [Architectures].flat()[0] === 'arm64' ? 'arm64' : 'x86_64',
    recursiveLoop: RecursiveLoop === 'Allow' ? 'Allow' : 'Terminate',
    reservedConcurrency:
      ReservedConcurrentExecutions === undefined ? undefined : Number(ReservedConcurrentExecutions),
  } as const;
}

/** The alias's own settings count where there is an alias, because the run begins there. */
function readRetries(template: Template, id: string): Properties {
  const configs = listOwned(template, 'AWS::Lambda::EventInvokeConfig', id);
  return (
    configs.find(({ Qualifier }) => typeof Qualifier === 'string' && Qualifier !== '$LATEST') ??
    configs[0] ??
    {}
  );
}

function readMappings(template: Template, id: string, findQueue: (value: unknown) => string | undefined) {
  const mappings: DeployedMapping[] = [];
  const remarks: string[] = [];
  for (const { EventSourceArn, BatchSize, FunctionResponseTypes } of listOwned(
    template,
    'AWS::Lambda::EventSourceMapping',
    id,
  )) {
    const queueId = findQueue(EventSourceArn);
    const reportBatchItemFailures = [FunctionResponseTypes].flat().includes('ReportBatchItemFailures');
    if (queueId !== undefined)
      mappings.push({ queueId, batchSize: Number(BatchSize ?? 10), reportBatchItemFailures });
    else
      remarks.push(
        `Not simulated: the event source ${JSON.stringify(EventSourceArn)}, which is no queue of this template.`,
      );
  }
  return { mappings, remarks };
}

function refuseUnsupported({ file }: Template, id: string, properties: Properties): void {
  const found = unsupported.filter((name) => [properties[name] ?? []].flat().length > 0);
  if (found.length === 0) return;
  const problem = `Function ${id} of ${file} has ${found.join(' and ')}, and the local Lambda has none.`;
  throw new TemplateError(file, id, {
    problem,
    fix: 'Bundle what is in them with the code, or run the file itself: baton dev src/job.ts.',
  });
}

/** Finds the directory of a function's code asset. @throws TemplateError when the code is no directory of the cloud assembly */
export function locateCode(template: Template, id: string, { Properties, Metadata }: Resource): string {
  const path = findAsset(template.file, asRecord(Properties.Code)) ?? Metadata['aws:asset:path'];
  const directory = typeof path === 'string' ? resolve(dirname(template.file), path) : undefined;
  if (directory !== undefined && existsSync(directory) && statSync(directory).isDirectory()) return directory;
  const problem = `Function ${id}: its code is ${describe(Properties, directory)}.`;
  throw new TemplateError(template.file, id, {
    problem,
    fix: 'Run cdk synth, so that the code asset stands beside the template.',
  });
}

/** The assets of `X.template.json` are listed in `X.assets.json`, by the hash that the key in the bucket is made of. */
function findAsset(templateFile: string, { S3Key }: Readonly<Record<string, unknown>>): unknown {
  const [hash] = /[0-9a-f]{64}/.exec(JSON.stringify(S3Key ?? '')) ?? [];
  const manifest = templateFile.replace(/\.template\.json$/, '.assets.json');
  if (hash === undefined || manifest === templateFile || !existsSync(manifest)) return undefined;
  const { files } = asRecord(JSON.parse(decodeText(readFileSync(manifest), manifest)));
  return asRecord(asRecord(asRecord(files)[hash]).source).path;
}

function describe({ Code }: Resource['Properties'], directory: string | undefined): string {
  const { ImageUri, ZipFile } = asRecord(Code);
  if (ImageUri !== undefined) return 'a container image, which the local Lambda cannot run';
  if (ZipFile !== undefined) return 'written into the template, which the local Lambda cannot run';
  return directory === undefined ? 'in a bucket, not on this machine' : `not a directory: ${join(directory)}`;
}

/** The file of a handler in a directory: `index.handler` is in `index.js`, `index.mjs` or `index.cjs`. */
export function findHandlerFile(directory: string, handler: string): string {
  const stem = handler.slice(0, handler.lastIndexOf('.'));
  const files = ['js', 'mjs', 'cjs'].map((extension) => join(directory, `${stem}.${extension}`));
  return files.find((file) => existsSync(file)) ?? (files[0] as string);
}

/** A queue of a template. */
interface DeployedQueue {
  readonly id: string;
  readonly isFifo: boolean;
  readonly contentBasedDeduplication: boolean;
  readonly visibilityTimeoutMs: number;
  readonly delayMs: number;
  readonly maximumMessageBytes: number | undefined;
  readonly deadLetters: { readonly queueId: string; readonly maxReceiveCount: number } | undefined;
}

/** What SQS does when a template does not say. */
const defaultVisibilitySeconds = 30;

/** All queues of a template: dead-letter queues before those that fill them, as they must exist first. */
export function readQueues(template: Template): readonly DeployedQueue[] {
  const queues = listResources(template, 'AWS::SQS::Queue').map(([id, resource]) => readQueue(id, resource));
  return queues.sort(
    (one, other) => Number(one.deadLetters !== undefined) - Number(other.deadLetters !== undefined),
  );
}

function readQueue(id: string, { Properties }: Resource): DeployedQueue {
  const {
    FifoQueue,
    ContentBasedDeduplication,
    VisibilityTimeout,
    DelaySeconds,
    MaximumMessageSize,
    RedrivePolicy,
  } = Properties;
  const { deadLetterTargetArn, maxReceiveCount } = asRecord(RedrivePolicy);
  const [queueId] = findReferences(deadLetterTargetArn);
  return {
    id,
    isFifo: isTrue(FifoQueue),
    contentBasedDeduplication: isTrue(ContentBasedDeduplication),
    visibilityTimeoutMs: Number(VisibilityTimeout ?? defaultVisibilitySeconds) * 1_000,
    delayMs: Number(DelaySeconds ?? 0) * 1_000,
    maximumMessageBytes: MaximumMessageSize === undefined ? undefined : Number(MaximumMessageSize),
    deadLetters: queueId === undefined ? undefined : { queueId, maxReceiveCount: Number(maxReceiveCount) },
  };
}

/** CloudFormation takes `true` and `'true'`. */
function isTrue(value: unknown): boolean {
  return String(value) === 'true';
}
