import { readQueues } from '../../template/read-function';
import { findReferences, listNames, resolveValue } from '../../template/references';
import { asRecord, listResources, type Resource, type Template } from '../../template/template';
import type { DoctorFacts, MappingFacts } from '../facts';
import { know, missOut } from '../finding';
import { chooseExpiry, describeTable, type TableDescription } from './read-store-facts';

/** Reads the queue that the variable BATON_QUEUE_URL names, and whatever it invokes. */
export function readTemplateQueue(
  template: Template,
  functionId: string,
  variable: unknown,
): DoctorFacts['queue'] {
  if (variable === undefined) return know(undefined);
  const queue = readQueues(template).find(({ id }) => findReferences(variable).includes(id));
  if (queue === undefined) {
    return missOut(
      'The queue is not in the template.',
      'Run baton doctor on the function once it is deployed.',
      'warning',
    );
  }
  const { id, deadLetters } = queue;
  const {
    VisibilityTimeout = 30,
    MaximumMessageSize = 1_048_576,
    RedrivePolicy,
    KmsMasterKeyId,
  } = template.resources.get(id)?.Properties ?? {};
  const visibilitySeconds = readTemplateNumber(template, VisibilityTimeout);
  const maxReceiveCount = readTemplateNumber(template, asRecord(RedrivePolicy).maxReceiveCount);
  return know({
    name: id,
    visibilityMs: visibilitySeconds === undefined ? undefined : visibilitySeconds * 1_000,
    maxMessageBytes: readTemplateNumber(template, MaximumMessageSize),
    deadLetters: deadLetters && { maxReceiveCount },
    key: readKeyName(KmsMasterKeyId),
    mappings: know(readMappings(template, functionId, id)),
  });
}

function readMappings(template: Template, functionId: string, queueId: string): MappingFacts[] {
  const names = listNames(template, functionId);
  return listResources(template, 'AWS::Lambda::EventSourceMapping')
    .map(([, { Properties }]) => Properties)
    .filter(({ EventSourceArn }) => findReferences(EventSourceArn).includes(queueId))
    .map(({ FunctionName, BatchSize, Enabled, FunctionResponseTypes }) => ({
      target: findReferences(FunctionName)[0] ?? String(FunctionName),
      isOfFunction: findReferences(FunctionName).some((id) => names.includes(id)),
      invokes: classifyTarget(template, FunctionName),
      isEnabled: String(Enabled ?? true) === 'true',
      batchSize: Number(BatchSize ?? 10),
      reportsFailures: [FunctionResponseTypes].flat().includes('ReportBatchItemFailures'),
    }));
}

function classifyTarget(template: Template, functionName: unknown): MappingFacts['invokes'] {
  const references = findReferences(functionName);
  const refersTo = (type: string) => listResources(template, type).some(([id]) => references.includes(id));
  if (refersTo('AWS::Lambda::Alias')) return 'alias';
  if (refersTo('AWS::Lambda::Version')) return 'version';
  const names = listResources(template, 'AWS::Lambda::Alias').map(([, { Properties }]) =>
    String(Properties.Name),
  );
  return names.some((name) => JSON.stringify(functionName).includes(`:${name}"`)) ? 'alias' : 'latest';
}

/** Reads the table that the variable BATON_TABLE names. */
export function readTemplateTable(template: Template, variable: unknown): DoctorFacts['table'] {
  if (variable === undefined) return know(undefined);
  const found = find(template, variable, ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable']);
  if (found === undefined) return missElsewhere('table');
  const [id, { Properties }] = found;
  const {
    TimeToLiveSpecification,
    KeySchema,
    AttributeDefinitions,
    GlobalSecondaryIndexes,
    SSESpecification,
  } = Properties;
  const { Enabled, AttributeName } = asRecord(TimeToLiveSpecification);
  const table = {
    KeySchema: KeySchema ?? [],
    AttributeDefinitions: AttributeDefinitions ?? [],
    GlobalSecondaryIndexes: GlobalSecondaryIndexes ?? [],
  };
  const expiresBy = know(String(Enabled) === 'true' ? String(AttributeName) : undefined);
  const { KMSMasterKeyId } = asRecord(SSESpecification);
  return know({
    ...describeTable(id, table as TableDescription, expiresBy),
    key: readKeyName(KMSMasterKeyId),
  });
}

/** Reads the bucket that the variable BATON_BUCKET names. */
export function readTemplateBucket(template: Template, variable: unknown): DoctorFacts['bucket'] {
  if (variable === undefined) return know(undefined);
  const found = find(template, variable, ['AWS::S3::Bucket']);
  if (found === undefined) return missElsewhere('bucket');
  const [id, { Properties }] = found;
  const rules = [asRecord(Properties.LifecycleConfiguration).Rules ?? []].flat().map(asRecord);
  const expirations = rules
    .filter(({ Status }) => Status === 'Enabled')
    .map(({ ExpirationInDays, ExpirationDate }) => ({
      // Days that only the deployment tells are no reason to say that objects stay.
      days:
        ExpirationInDays === undefined
          ? undefined
          : (readTemplateNumber(template, ExpirationInDays) ?? Number.POSITIVE_INFINITY),
      isDated: ExpirationDate !== undefined,
    }));
  return know({
    name: id,
    expiresAfterDays: know(chooseExpiry(expirations)),
    key: know(readBucketKey(Properties)),
  });
}

function readBucketKey({ BucketEncryption }: Resource['Properties']): string | undefined {
  const rules = [asRecord(BucketEncryption).ServerSideEncryptionConfiguration ?? []].flat().map(asRecord);
  const defaults = rules.map((rule) => asRecord(rule.ServerSideEncryptionByDefault));
  return readKeyName(
    defaults.find(({ SSEAlgorithm }) => String(SSEAlgorithm).startsWith('aws:kms'))?.KMSMasterKeyID,
  );
}

function find(
  { resources }: Template,
  variable: unknown,
  types: readonly string[],
): readonly [string, Resource] | undefined {
  return [...resources].find(
    ([id, { Type }]) => types.includes(Type) && findReferences(variable).includes(id),
  );
}

function missElsewhere(kind: string) {
  return missOut(
    `The ${kind} is not in the template.`,
    'Run baton doctor on the function once it is deployed.',
    'warning',
  );
}

/** Reads a text of a template, by the defaults of its parameters and by its mappings; undefined when only the deployment tells. */
export function readTemplateText(template: Template, value: unknown): string | undefined {
  const { 'Fn::FindInMap': path } = asRecord(value);
  if (Array.isArray(path)) return readMapping(template, path);
  const resolved = resolveValue(value, (id, attribute) =>
    attribute === undefined ? template.parameters.get(id) : undefined,
  );
  return 'text' in resolved ? resolved.text : undefined;
}

/** Reads a number of a template; undefined when only the deployment tells. */
export function readTemplateNumber(template: Template, value: unknown): number | undefined {
  const text = readTemplateText(template, value);
  return text === undefined || text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
}

/** What a key is called: the logical id of one in the template, else what is written. */
export function readKeyName(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return findReferences(value)[0] ?? String(value);
}

/** A key that is not known, mostly the Region, stands for any: of what they lead to the first in order is the one with the least to it. */
function readMapping(template: Template, path: readonly unknown[]): string | undefined {
  let found: readonly unknown[] = [template.mappings];
  for (const step of path.slice(0, 3)) {
    const key = readTemplateText(template, step);
    found = found.flatMap((level) =>
      key === undefined ? Object.values(asRecord(level)) : [asRecord(level)[key]],
    );
  }
  return found
    .filter((value) => typeof value === 'string' || typeof value === 'number')
    .map(String)
    .sort()[0];
}
