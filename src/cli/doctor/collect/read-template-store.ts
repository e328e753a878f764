import { findReferences } from '../../template/references';
import { asRecord, type Resource, type Template } from '../../template/template';
import type { DoctorFacts } from '../facts';
import { know, missOut } from '../reading';
import { chooseExpiry, describeTable, type TableDescription } from './read-store-facts';
import { readKeyName, readTemplateNumber } from './read-template-value';

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
