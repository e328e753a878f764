import { findHandlerFile, locateCode } from '../../template/read-function';
import { findReferences, listNames, listOwned } from '../../template/references';
import {
  asRecord,
  chooseFunction,
  listResources,
  type Resource,
  sweepVariable,
  type Template,
  TemplateError,
} from '../../template/template';
import { type DoctorFacts, type FunctionFacts, type RetryFacts, unknownText } from '../facts';
import { know, missOut } from '../finding';
import { readJobFacts } from '../read-job';
import { readTemplateScheduler } from './read-channel-facts';
import { listKeys } from './read-store-facts';
import { mayUseKey, readTemplatePolicies } from './read-template-policies';
import {
  readKeyName,
  readTemplateBucket,
  readTemplateNumber,
  readTemplateQueue,
  readTemplateTable,
  readTemplateText,
} from './read-template-resources';

const later = 'Run baton doctor on the function once it is deployed.';

/** What stands for the version that a template publishes: its number is not known before. */
const newVersion = 'the version it publishes';

/**
 * Reads what a template deploys, before it does.
 *
 * @param asked - logical id of the function, or a part of it
 * @param bundle - the job's bundle or source; undefined for the code asset of the template
 * @throws TemplateError when the template has no such function
 */
export async function collectFromTemplate(
  template: Template,
  asked: string | undefined,
  bundle: string | undefined,
): Promise<DoctorFacts> {
  const [id, resource] = chooseFunction(template, asked);
  const { Properties } = resource;
  const given = asRecord(asRecord(Properties.Environment).Variables);
  const variables = readTemplateVariables(given);
  const fn = describeFunction(template, id, resource);
  const around = {
    fn: know(fn),
    queue: readTemplateQueue(template, id, given.BATON_QUEUE_URL),
    table: readTemplateTable(template, given.BATON_TABLE),
    bucket: readTemplateBucket(template, given.BATON_BUCKET),
  };
  return {
    isLocal: false,
    ...around,
    environment: know(variables),
    recursion: readRecursion(template, Properties),
    reservedConcurrency: readConcurrency(template, Properties),
    permissions: readTemplatePolicies(template, id, resource),
    retries: know(readRetries(template, id, fn)),
    scheduler: know(readTemplateScheduler(template, id, resource, given)),
    keys: know(listKeys(around, (key, actions) => mayUseKey(template, resource, key, actions))),
    areVersionsKept: readKept(template, id),
    isSwept: isSweptByTemplate(template, id),
    job: await readCode(template, id, resource, { bundle, variables }),
  };
}

function describeFunction(template: Template, id: string, { Properties }: Resource): FunctionFacts {
  const timeoutSeconds = readTemplateNumber(template, Properties.Timeout ?? 3);
  const alias = listOwned(template, 'AWS::Lambda::Alias', id).map(({ Name }) => String(Name))[0];
  return {
    name: id,
    qualifier: alias,
    version: alias === undefined ? '$LATEST' : newVersion,
    runtime:
      Properties.Runtime === undefined
        ? undefined
        : (readTemplateText(template, Properties.Runtime) ?? unknownText),
    timeoutMs: timeoutSeconds === undefined ? undefined : timeoutSeconds * 1_000,
    memoryMb: readTemplateNumber(template, Properties.MemorySize ?? 128),
    key: readKeyName(Properties.KmsKeyArn),
    isInVpc: Object.keys(asRecord(Properties.VpcConfig)).length > 0,
    hasFileSystem: [Properties.FileSystemConfigs ?? []].flat().length > 0,
    hasDeadLetterQueue: asRecord(Properties.DeadLetterConfig).TargetArn !== undefined,
  };
}

/** A start goes to the alias, a continuation to its version: each has settings of its own. */
function readRetries(template: Template, id: string, { qualifier }: FunctionFacts): RetryFacts[] {
  const configs = listOwned(template, 'AWS::Lambda::EventInvokeConfig', id);
  const versions = listResources(template, 'AWS::Lambda::Version').map(([versionId]) => versionId);
  const isOfVersion = ({ Qualifier }: Resource['Properties']) =>
    findReferences(Qualifier).some((name) => versions.includes(name));
  const describe = (name: string, config: Resource['Properties'] = {}): RetryFacts => ({
    qualifier: name,
    attempts: readTemplateNumber(template, config.MaximumRetryAttempts) ?? 2,
    hasDestination: asRecord(asRecord(config.DestinationConfig).OnFailure).Destination !== undefined,
  });
  const find = (name: string) => configs.find(({ Qualifier }) => Qualifier === name);
  if (qualifier === undefined) return [describe('$LATEST', find('$LATEST'))];
  return [describe(qualifier, find(qualifier)), describe(newVersion, configs.find(isOfVersion))];
}

async function readCode(
  template: Template,
  id: string,
  resource: Resource,
  {
    bundle,
    variables,
  }: { readonly bundle: string | undefined; readonly variables: Readonly<Record<string, string>> },
): Promise<DoctorFacts['job']> {
  const handler = String(resource.Properties.Handler ?? 'index.handler');
  try {
    if (bundle !== undefined) return await readJobFacts({ file: bundle, handler, variables });
    const directory = locateCode(template, id, resource);
    return await readJobFacts({ file: findHandlerFile(directory, handler), handler, variables, directory });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return missOut(
      error.message.split('\n')[0] ?? '',
      'Give the bundle or the source: --bundle src/job.ts.',
      'warning',
    );
  }
}

function readRecursion(
  template: Template,
  { RecursiveLoop = 'Terminate' }: Resource['Properties'],
): DoctorFacts['recursion'] {
  const text = readTemplateText(template, RecursiveLoop);
  if (text === undefined)
    return missOut('The recursion setting is known only when it is deployed.', later, 'warning');
  return know(text === 'Allow' ? 'Allow' : 'Terminate');
}

function readConcurrency(
  template: Template,
  { ReservedConcurrentExecutions: given }: Resource['Properties'],
): DoctorFacts['reservedConcurrency'] {
  if (given === undefined) return know(undefined);
  const reserved = readTemplateNumber(template, given);
  return reserved === undefined
    ? missOut('The reserved concurrency is known only when it is deployed.', later, 'warning')
    : know(reserved);
}

/** Whether every version that a template publishes of a function stays when the next one takes its place; undefined when it publishes none. */
function readKept(template: Template, id: string): boolean | undefined {
  const versions = listResources(template, 'AWS::Lambda::Version').filter(([, { Properties }]) =>
    findReferences(Properties.FunctionName).includes(id),
  );
  if (versions.length === 0) return undefined;
  return versions.every(([, { DeletionPolicy }]) => DeletionPolicy?.startsWith('Retain') === true);
}

/** A URL like those that SQS gives: a queue has none before it is there. */
const queueUrl = 'https://sqs.us-east-1.amazonaws.com/123456789012/';

/** What the ARN of a role begins with. */
const rolePrefix = 'arn:aws:iam::123456789012:role/';

/** The variables of a function in a template; what is known only after the deployment is stood for by logical ids. */
function readTemplateVariables(given: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, describe(name, value)]));
}

function describe(name: string, value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [id = 'unknown'] = findReferences(value);
  if (name === 'BATON_SCHEDULER_ROLE_ARN') return `${rolePrefix}${id}`;
  return name === 'BATON_QUEUE_URL' ? `${queueUrl}${id}` : id;
}

const scheduleTypes = ['AWS::Events::Rule', 'AWS::Scheduler::Schedule'];

/** Whether a template has a function that sweeps the executions of this one, and a schedule that calls it. */
function isSweptByTemplate(template: Template, functionId: string): boolean {
  const names = listNames(template, functionId);
  const sweepers = listResources(template, 'AWS::Lambda::Function')
    .filter(([, { Properties }]) => findReferences(readVariable(Properties)).some((id) => names.includes(id)))
    .map(([id]) => id);
  return scheduleTypes
    .flatMap((type) => listResources(template, type))
    .some(([, { Properties }]) =>
      findReferences([Properties.Targets, Properties.Target]).some((id) => sweepers.includes(id)),
    );
}

function readVariable({ Environment }: Resource['Properties']): unknown {
  return asRecord(asRecord(Environment).Variables)[sweepVariable];
}
