import { findReferences } from '../../template/references';
import { asRecord, type Resource, type Template } from '../../template/template';
import type { DoctorFacts } from '../facts';
import { know, missOut } from '../reading';
import { describeTable, type TableDescription } from './read-store-facts';

/** Reads the table that the variable BATON_TABLE names. */
export function readTemplateTable(template: Template, variable: unknown): DoctorFacts['table'] {
  if (variable === undefined) return know(undefined);
  const found = find(template, variable, ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable']);
  if (found === undefined) return missElsewhere('table');
  const [id, { Properties }] = found;
  const { TimeToLiveSpecification, KeySchema, AttributeDefinitions, GlobalSecondaryIndexes } = Properties;
  const { Enabled, AttributeName } = asRecord(TimeToLiveSpecification);
  const table = {
    KeySchema: KeySchema ?? [],
    AttributeDefinitions: AttributeDefinitions ?? [],
    GlobalSecondaryIndexes: GlobalSecondaryIndexes ?? [],
  };
  return know(describeTable(id, table as TableDescription, know(String(Enabled) === 'true' ? String(AttributeName) : undefined)));
}

/** Reads the bucket that the variable BATON_BUCKET names. */
export function readTemplateBucket(template: Template, variable: unknown): DoctorFacts['bucket'] {
  if (variable === undefined) return know(undefined);
  const found = find(template, variable, ['AWS::S3::Bucket']);
  if (found === undefined) return missElsewhere('bucket');
  const [id, { Properties }] = found;
  const rules = [asRecord(Properties.LifecycleConfiguration).Rules ?? []].flat().map(asRecord);
  const names = ['ExpirationInDays', 'ExpirationDate'];
  return know({ name: id, expires: know(rules.some((rule) => rule.Status === 'Enabled' && names.some((name) => name in rule))) });
}

function find({ resources }: Template, variable: unknown, types: readonly string[]): readonly [string, Resource] | undefined {
  return [...resources].find(([id, { Type }]) => types.includes(Type) && findReferences(variable).includes(id));
}

function missElsewhere(kind: string) {
  return missOut(`The ${kind} is not in the template.`, 'Run baton doctor on the function once it is deployed.', 'warning');
}
