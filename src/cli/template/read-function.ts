import { chooseFunction } from './choose-function';
import { locateCode } from './locate-code';
import { type DeployedQueue, readQueues } from './read-queues';
import { findReferences, listOwned } from './references';
import { asRecord, type Resource, type Template, TemplateError } from './template';

/** Lets a queue's messages invoke the function. */
export interface DeployedMapping {
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
