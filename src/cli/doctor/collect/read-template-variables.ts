import { findReferences } from '../../template/references';

/** A URL like those that SQS gives: a queue has none before it is there. */
const queueUrl = 'https://sqs.us-east-1.amazonaws.com/123456789012/';

/** The variables of a function in a template; what is known only after the deployment is stood for by logical ids. */
export function readTemplateVariables(given: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, describe(name, value)]));
}

function describe(name: string, value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [id = 'unknown'] = findReferences(value);
  return name === 'BATON_QUEUE_URL' ? `${queueUrl}${id}` : id;
}
