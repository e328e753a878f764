import { checkpointStoreContract } from '../../src/testing';
import { LocalDynamoDb } from '../contract/stand-ins/dynamodb';
import { LocalS3 } from '../contract/stand-ins/s3';

/** Emulators that are running, as `npm run check:emulators` starts them: `[{ "name": "moto", "endpoint": "http://127.0.0.1:5000" }]`. */
const emulators: readonly { readonly name: string; readonly endpoint: string }[] = JSON.parse(
  process.env.BATON_EMULATORS ?? '[]',
);
if (emulators.length === 0)
  throw new Error('BATON_EMULATORS names no emulator: run npm run check:emulators.');

describe.each(emulators)('on the emulator $name', ({ endpoint }) => {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
  const standIn = {
    clientOptions: { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 },
    stop: async () => {},
  };
  const dynamoDb = LocalDynamoDb.connect(standIn);
  const s3 = LocalS3.connect(standIn);
  afterAll(() => Promise.all([dynamoDb.stop(), s3.stop()]));

  describe('DynamoDbCheckpointStore', () => {
    for (const { title, run } of checkpointStoreContract(() => dynamoDb.open())) test(title, run);
  });

  describe('S3CheckpointStore', () => {
    for (const { title, run } of checkpointStoreContract(() => s3.open())) test(title, run);
  });
});
