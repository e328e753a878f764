import { checkpointStoreContract } from '../../src/testing';
import { LocalDynamoDb } from './stand-ins/dynamodb';

jest.setTimeout(60_000);

let dynamoDb: LocalDynamoDb;
beforeAll(async () => {
  dynamoDb = await LocalDynamoDb.start();
});
afterAll(() => dynamoDb.stop());

describe('DynamoDbCheckpointStore', () => {
  for (const { title, run } of checkpointStoreContract(() => dynamoDb.open())) test(title, run);
});
