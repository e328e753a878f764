import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chooseFunction } from '../../template/choose-function';
import { locateCode } from '../../template/locate-code';
import { findReferences, listOwned } from '../../template/references';
import { asRecord, listResources, type Resource, type Template, TemplateError } from '../../template/template';
import type { DoctorFacts, FunctionFacts, RetryFacts } from '../facts';
import { readJobFacts } from '../read-job';
import { know, missOut } from '../reading';
import { isSweptByTemplate } from './is-swept-by-template';
import { readTemplatePolicies } from './read-template-policies';
import { readTemplateQueue } from './read-template-queue';
import { readTemplateBucket, readTemplateTable } from './read-template-store';
import { readTemplateVariables } from './read-template-variables';

/** What stands for the version that a template publishes: its number is not known before. */
const newVersion = 'the version it publishes';

/**
 * Reads what a template deploys, before it does.
 *
 * @param asked - logical id of the function, or a part of it
 * @param bundle - the job's bundle or source; undefined for the code asset of the template
 * @throws TemplateError when the template has no such function
 */
export async function collectFromTemplate(template: Template, asked: string | undefined, bundle: string | undefined): Promise<DoctorFacts> {
  const [id, resource] = chooseFunction(template, asked);
  const { Properties } = resource;
  const given = asRecord(asRecord(Properties.Environment).Variables);
  const variables = readTemplateVariables(given);
  const fn = describeFunction(template, id, resource);
  return {
    isLocal: false,
    fn: know(fn),
    environment: know(variables),
    recursion: know(Properties.RecursiveLoop === 'Allow' ? 'Allow' : 'Terminate'),
    reservedConcurrency: know(readNumber(Properties.ReservedConcurrentExecutions)),
    permissions: readTemplatePolicies(template, id, resource),
    retries: know(readRetries(template, id, fn)),
    queue: readTemplateQueue(template, id, given.BATON_QUEUE_URL),
    table: readTemplateTable(template, given.BATON_TABLE),
    bucket: readTemplateBucket(template, given.BATON_BUCKET),
    isSwept: isSweptByTemplate(template, id),
    job: await readCode(template, id, resource, { bundle, variables }),
  };
}

function describeFunction(template: Template, id: string, { Properties }: Resource): FunctionFacts {
  const alias = listOwned(template, 'AWS::Lambda::Alias', id).map(({ Name }) => String(Name))[0];
  return {
    name: id,
    qualifier: alias,
    version: alias === undefined ? '$LATEST' : newVersion,
    runtime: Properties.Runtime === undefined ? undefined : String(Properties.Runtime),
    timeoutMs: (readNumber(Properties.Timeout) ?? 3) * 1_000,
    memoryMb: readNumber(Properties.MemorySize) ?? 128,
    isInVpc: Object.keys(asRecord(Properties.VpcConfig)).length > 0,
    hasFileSystem: [Properties.FileSystemConfigs ?? []].flat().length > 0,
    hasDeadLetterQueue: asRecord(Properties.DeadLetterConfig).TargetArn !== undefined,
  };
}

/** A start goes to the alias, a continuation to its version: each has settings of its own. */
function readRetries(template: Template, id: string, { qualifier }: FunctionFacts): RetryFacts[] {
  const configs = listOwned(template, 'AWS::Lambda::EventInvokeConfig', id);
  const versions = listResources(template, 'AWS::Lambda::Version').map(([versionId]) => versionId);
  const isOfVersion = ({ Qualifier }: Resource['Properties']) => findReferences(Qualifier).some((name) => versions.includes(name));
  const describe = (name: string, config: Resource['Properties'] = {}): RetryFacts => ({
    qualifier: name,
    attempts: readNumber(config.MaximumRetryAttempts) ?? 2,
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
  { bundle, variables }: { readonly bundle: string | undefined; readonly variables: Readonly<Record<string, string>> },
): Promise<DoctorFacts['job']> {
  const handler = String(resource.Properties.Handler ?? 'index.handler');
  try {
    const file = bundle ?? findFile(locateCode(template, id, resource), handler);
    return await readJobFacts({ file, handler, variables });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return missOut(error.message.split('\n')[0] ?? '', 'Give the bundle or the source: --bundle src/job.ts.', 'warning');
  }
}

/** `index.handler` is in `index.js`, `index.mjs` or `index.cjs`. */
function findFile(directory: string, handler: string): string {
  const stem = handler.slice(0, handler.lastIndexOf('.'));
  const files = ['js', 'mjs', 'cjs'].map((extension) => join(directory, `${stem}.${extension}`));
  return files.find((file) => existsSync(file)) ?? (files[0] as string);
}

function readNumber(value: unknown): number | undefined {
  return value === undefined ? undefined : Number(value);
}
