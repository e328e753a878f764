import type { AttributeDefinition, DynamoDBClient, KeySchemaElement } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { loadDynamoDbSdk, loadS3Sdk } from '../../../runtime/adapters/aws/clients';
import type { BucketFacts, DoctorFacts, KeyFacts, TableFacts } from '../facts';
import { unwrap } from '../finding';
import { orMissing, tryToRead } from './try-to-read';

/** Reads a table's keys, its index and its expiry. */
export async function readTable(
  tableName: string,
  region: string | undefined,
): Promise<TableFacts | 'missing'> {
  const { DynamoDBClient, DescribeTableCommand } = await loadDynamoDbSdk();
  const client = new DynamoDBClient(region === undefined ? {} : { region });
  try {
    const answer = await orMissing(client.send(new DescribeTableCommand({ TableName: tableName })));
    if (answer === 'missing') return answer;
    const {
      KeySchema = [],
      AttributeDefinitions = [],
      GlobalSecondaryIndexes = [],
      SSEDescription,
    } = answer.Table ?? {};
    const expiresBy = await tryToRead(`The expiry of table ${tableName}`, 'dynamodb:DescribeTimeToLive', () =>
      readExpiry(client, tableName),
    );
    const table = describeTable(
      tableName,
      { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes },
      expiresBy,
    );
    return { ...table, key: SSEDescription?.KMSMasterKeyArn };
  } finally {
    client.destroy();
  }
}

/** A table's description, by the names that CloudFormation uses as well. */
export interface TableDescription {
  readonly KeySchema: readonly KeySchemaElement[];
  readonly AttributeDefinitions: readonly AttributeDefinition[];
  readonly GlobalSecondaryIndexes: readonly {
    readonly IndexName?: string | undefined;
    readonly KeySchema?: readonly KeySchemaElement[] | undefined;
  }[];
}

/** A table, as far as it is checked. */
export function describeTable(
  name: string,
  table: TableDescription,
  expiresBy: TableFacts['expiresBy'],
): Omit<TableFacts, 'key'> {
  const type = (key: KeySchemaElement) =>
    `${key.AttributeName} ${table.AttributeDefinitions.find(({ AttributeName }) => AttributeName === key.AttributeName)?.AttributeType}`;
  const list = (schema: readonly KeySchemaElement[]) =>
    [...schema].sort((one, other) => String(one.KeyType).localeCompare(String(other.KeyType))).map(type);
  const [partitionKey = '', sortKey] = list(table.KeySchema);
  const index = table.GlobalSecondaryIndexes.find(({ IndexName }) => IndexName === 'byJob');
  return { name, partitionKey, sortKey, jobIndex: index && list(index.KeySchema ?? []), expiresBy };
}

async function readExpiry(client: DynamoDBClient, TableName: string): Promise<string | undefined> {
  const { DescribeTimeToLiveCommand } = await loadDynamoDbSdk();
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
  const isOn = ['ENABLED', 'ENABLING'].includes(TimeToLiveDescription?.TimeToLiveStatus ?? '');
  return isOn ? TimeToLiveDescription?.AttributeName : undefined;
}

/** Reads whether a bucket is there, and whether its objects expire. */
export async function readBucket(
  bucket: string,
  region: string | undefined,
): Promise<BucketFacts | 'missing'> {
  const { S3Client, HeadBucketCommand } = await loadS3Sdk();
  const client = new S3Client({ followRegionRedirects: true, ...(region === undefined ? {} : { region }) });
  try {
    if ((await orMissing(client.send(new HeadBucketCommand({ Bucket: bucket })))) === 'missing')
      return 'missing';
    const [expiresAfterDays, key] = await Promise.all([
      tryToRead(`The lifecycle of bucket ${bucket}`, 's3:GetLifecycleConfiguration', () =>
        readLifecycle(client, bucket),
      ),
      tryToRead(`The encryption of bucket ${bucket}`, 's3:GetEncryptionConfiguration', () =>
        readEncryption(client, bucket),
      ),
    ]);
    return { name: bucket, expiresAfterDays, key };
  } finally {
    client.destroy();
  }
}

async function readLifecycle(client: S3Client, Bucket: string): Promise<number | undefined> {
  const { GetBucketLifecycleConfigurationCommand } = await loadS3Sdk();
  try {
    const { Rules = [] } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    const expirations = Rules.filter(({ Status }) => Status === 'Enabled').map(
      ({ Expiration }) => Expiration,
    );
    return chooseExpiry(
      expirations.map(
        (expiration) => expiration && { days: expiration.Days, isDated: expiration.Date !== undefined },
      ),
    );
  } catch (error) {
    if ((error as Error).name === 'NoSuchLifecycleConfiguration') return undefined;
    throw error;
  }
}

async function readEncryption(client: S3Client, Bucket: string): Promise<string | undefined> {
  const { GetBucketEncryptionCommand } = await loadS3Sdk();
  try {
    const { ServerSideEncryptionConfiguration } = await client.send(
      new GetBucketEncryptionCommand({ Bucket }),
    );
    const defaults = (ServerSideEncryptionConfiguration?.Rules ?? []).map(
      (rule) => rule.ApplyServerSideEncryptionByDefault,
    );
    return defaults.find((rule) => rule?.SSEAlgorithm?.startsWith('aws:kms'))?.KMSMasterKeyID;
  } catch (error) {
    if ((error as Error).name === 'ServerSideEncryptionConfigurationNotFoundError') return undefined;
    throw error;
  }
}

/** How a lifecycle rule expires objects. */
interface Expiration {
  readonly days: number | undefined;
  /** By a date, which spares no object that is older. */
  readonly isDated: boolean;
}

/** How many days an object is kept at least, by rules that may each be the one that takes it; undefined when none does. */
export function chooseExpiry(expirations: readonly (Expiration | undefined)[]): number | undefined {
  const days = expirations.flatMap((expiration) => (expiration?.isDated ? [0] : (expiration?.days ?? [])));
  return days.length === 0 ? undefined : Math.min(...days);
}

const useOfData = ['kms:Decrypt', 'kms:GenerateDataKey'];
const useOfVariables = ['kms:Decrypt'];

/**
 * Lists the customer keys of what a function reads and writes. The keys of AWS itself need no permission.
 *
 * @param mayUse - whether the function's policies allow actions on a key; undefined where they are not read
 */
export function listKeys(
  { fn, queue, table, bucket }: Pick<DoctorFacts, 'bucket' | 'fn' | 'queue' | 'table'>,
  mayUse: (key: string, actions: readonly string[]) => boolean | undefined,
): KeyFacts[] {
  const [ofFunction, ofQueue, ofTable, ofBucket] = [unwrap(fn), unwrap(queue), unwrap(table), unwrap(bucket)];
  const describe = (subject: string, key: string | undefined, actions: readonly string[]): KeyFacts[] =>
    key === undefined || key.includes('alias/aws/')
      ? []
      : [{ subject, key, actions, isAllowed: mayUse(key, actions) }];
  const isThere = <Facts extends object>(facts: Facts | 'missing' | undefined): facts is Facts =>
    typeof facts === 'object';
  return [
    ...(ofFunction ? describe('The environment of the function', ofFunction.key, useOfVariables) : []),
    ...(isThere(ofQueue) ? describe(`Queue ${ofQueue.name}`, ofQueue.key, useOfData) : []),
    ...(isThere(ofTable) ? describe(`Table ${ofTable.name}`, ofTable.key, useOfData) : []),
    ...(isThere(ofBucket) ? describe(`Bucket ${ofBucket.name}`, unwrap(ofBucket.key), useOfData) : []),
  ];
}
