// From the safe point at which the time is up to the accepted continuation, with 100 KB of state and the real clients on loopback.
// A process hands over for the first time once: each figure of a first hand-off is the median of several processes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { figure, median } from './lib/measure.mjs';

const runs = 7;

/** Nobody answers here but Lambda: that everything was accepted. */
const lambda = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(202).end());
});
await new Promise((resolve) => lambda.listen(0, '127.0.0.1', resolve));
const script = fileURLToPath(new URL('../test/contract/stand-ins/run-dynamodb.cjs', import.meta.url));
const standIn = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
const [port] = await once(standIn.stdout, 'data');
const environment = {
  ...process.env,
  AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${lambda.address().port}`,
  AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${Number(port)}`,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
};
await createTable();

const cases = {
  ready: {},
  readyTable: { BATON_TABLE: 'bench' },
  sudden: { SUDDEN: '1' },
  suddenTable: { SUDDEN: '1', BATON_TABLE: 'bench' },
};
const first = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
const warm = [];
for (let run = 0; run < runs; run += 1)
  for (const [name, more] of Object.entries(cases)) {
    const times = await measure(more);
    first[name].push(times.first);
    if (times.warm !== undefined) warm.push(times.warm);
  }
const middle = (name, what) => {
  const values = first[name].map((times) => times[what]);
  return median(values.length, async () => values.pop());
};
/** The duration is also that of the machine's other work and of the stand-ins; the processor time is the hand-off's own. */
const describe = async (name, text, limit) => ({
  [text]: figure(await middle(name, 'durationMs'), 'ms', limit),
  [`${text}: processor time`]: figure(await middle(name, 'processorMs'), 'ms'),
});
console.log(
  JSON.stringify({
    ...(await describe('ready', 'first hand-off of 100 KB, after 3 s of work', 40)),
    ...(await describe('readyTable', 'first hand-off of 100 KB with a table, after 3 s of work', 40)),
    ...(await describe('sudden', 'hand-off of 100 KB, cold client', 100)),
    ...(await describe('suddenTable', 'hand-off of 100 KB with a table, cold client', 40)),
    'hand-off of 100 KB, warm client': figure(await median(warm.length, async () => warm.pop()), 'ms', 10),
  }),
);
standIn.kill();
lambda.close();
lambda.closeAllConnections();

/** The hand-offs of one process. */
async function measure(more) {
  const file = fileURLToPath(new URL('lib/time-hand-offs.mjs', import.meta.url));
  const child = spawn(process.execPath, [file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...environment, ...more, NODE_NO_WARNINGS: '1' },
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`A process that hands over has ended with ${status}.`);
  return JSON.parse(text.trimEnd().split('\n').at(-1));
}

async function createTable() {
  const client = new DynamoDBClient({
    endpoint: environment.AWS_ENDPOINT_URL_DYNAMODB,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  });
  const key = ['pk', 'sk'];
  await client.send(
    new CreateTableCommand({
      TableName: 'bench',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: key.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: key.map((AttributeName, index) => ({
        AttributeName,
        KeyType: index === 0 ? 'HASH' : 'RANGE',
      })),
    }),
  );
  client.destroy();
}
