import { once } from 'node:events';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';

const region = 'eu-central-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** DynamoDB on this machine, in this process: dynalite, in memory. */
export async function startDynamoDb() {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${server.address().port}`;
  const client = new DynamoDBClient({ endpoint, region, credentials });
  return {
    client,
    environment: { AWS_ENDPOINT_URL_DYNAMODB: endpoint },
    /** A table with a text as its key, and another as its sort key when one is named. */
    createTable: async (TableName, ...keys) => {
      const AttributeDefinitions = keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));
      const KeySchema = keys.map((AttributeName, index) => ({
        AttributeName,
        KeyType: index ? 'RANGE' : 'HASH',
      }));
      const request = { TableName, BillingMode: 'PAY_PER_REQUEST', KeySchema, AttributeDefinitions };
      await client.send(new CreateTableCommand(request));
      await new Promise((resolve) => setTimeout(resolve, 100));
    },
    /** Writes plain objects of texts and numbers. */
    put: async (table, items) => {
      for (let start = 0; start < items.length; start += 25) {
        const requests = items
          .slice(start, start + 25)
          .map((item) => ({ PutRequest: { Item: describe(item) } }));
        await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
      }
    },
    read: async (TableName) => {
      const items = [];
      for await (const page of paginateScan({ client }, { TableName })) items.push(...(page.Items ?? []));
      return items;
    },
    stop: () => {
      client.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

function describe(item) {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [
      name,
      typeof value === 'number' ? { N: String(value) } : { S: value },
    ]),
  );
}
