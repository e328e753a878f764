import { readQueues } from '../../template/read-queues';
import { findReferences, listNames } from '../../template/references';
import { asRecord, listResources, type Template } from '../../template/template';
import type { DoctorFacts, MappingFacts } from '../facts';
import { know, missOut } from '../reading';
import { readKeyName, readTemplateNumber } from './read-template-value';

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
