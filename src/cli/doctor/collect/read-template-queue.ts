import { readQueues } from '../../template/read-queues';
import { findReferences, listNames } from '../../template/references';
import { listResources, type Template } from '../../template/template';
import type { DoctorFacts, MappingFacts } from '../facts';
import { know, missOut } from '../reading';

/** Reads the queue that the variable BATON_QUEUE_URL names, and whatever it invokes. */
export function readTemplateQueue(template: Template, functionId: string, variable: unknown): DoctorFacts['queue'] {
  if (variable === undefined) return know(undefined);
  const queue = readQueues(template).find(({ id }) => findReferences(variable).includes(id));
  if (queue === undefined) {
    return missOut('The queue is not in the template.', 'Run baton doctor on the function once it is deployed.', 'warning');
  }
  const { id, visibilityTimeoutMs, deadLetters } = queue;
  return know({
    name: id,
    visibilityMs: visibilityTimeoutMs,
    deadLetters: deadLetters && { maxReceiveCount: deadLetters.maxReceiveCount },
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
      isEnabled: String(Enabled ?? true) === 'true',
      batchSize: Number(BatchSize ?? 10),
      reportsFailures: [FunctionResponseTypes].flat().includes('ReportBatchItemFailures'),
    }));
}
