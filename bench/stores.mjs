// What a checkpoint costs: over the bare SDK call that it consists of, in DynamoDB (dynalite, on loopback, in a process of its own);
// and what `durability: { everyMs: 1000 }` adds to a step that takes no time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  CHECKPOINT_STORE,
  createHandler,
  DynamoDbCheckpointStore,
  FileCheckpointStore,
} from '../dist/index.js';
import { smallState } from './copy-state.mjs';
import { defineJob } from './lib/define-job.mjs';
import { figure, median, roomyContext } from './lib/measure.mjs';

const script = fileURLToPath(new URL('../test/contract/stand-ins/run-dynamodb.cjs', import.meta.url));
const standIn = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
const [port] = await once(standIn.stdout, 'data');
const client = new DynamoDBClient({
  endpoint: `http://127.0.0.1:${Number(port)}`,
  region: 'us-east-1',
  credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
});
await client.send(
  new CreateTableCommand({
    TableName: 'bench',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  }),
);
const figures = { ...(await measureWrites()), ...(await measureEveryMs()) };
standIn.kill();
client.destroy();
console.log(JSON.stringify(figures));

/** The same kilobyte by PutItem with a condition, and by the store: in turns, so that both see the same machine. */
async function measureWrites() {
  const store = new DynamoDbCheckpointStore({ tableName: 'bench', client });
  const head = 'h'.repeat(600);
  const execution = {
    executionId: 'bench',
    job: 'bench',
    status: 'running',
    startedAtMs: 1,
    expiresAtMs: 2e12,
    head,
  };
  let revision;
  let count = 0;
  const save = async () => {
    count += 1;
    revision = await store.save({ ...execution, state: `${count}`.padEnd(1_024, 's') }, revision);
    if (revision === undefined) throw new Error('The write was refused.');
  };
  let stamp = 0;
  const put = async () => {
    stamp += 1;
    const text = (S) => ({ S });
    const number = (N) => ({ N: `${N}` });
    const Item = {
      ...{
        pk: text('bare'),
        sk: text('x'),
        stamp: text(`${stamp}`),
        head: text(head),
        state: text(`${stamp}`.padEnd(1_024, 's')),
      },
      ...{
        job: text('bench'),
        status: text('running'),
        startedAtMs: number(1),
        expiresAtMs: number(2e12),
        expiresAt: number(2e9),
      },
    };
    const condition =
      stamp === 1
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: 'stamp = :expected',
            ExpressionAttributeValues: { ':expected': { S: `${stamp - 1}` } },
          };
    await client.send(new PutItemCommand({ TableName: 'bench', Item, ...condition }));
  };
  for (let time = 0; time < 300; time += 1) {
    await save();
    await put();
  }
  const times = { save: [], put: [] };
  for (let time = 0; time < 1_500; time += 1) {
    for (const [name, work] of [
      ['save', save],
      ['put', put],
    ]) {
      const startMs = performance.now();
      await work();
      times[name].push(performance.now() - startMs);
    }
  }
  const [saveMs, putMs] = [times.save, times.put].map(
    (values) => values.sort((one, other) => one - other)[Math.floor(values.length / 2)],
  );
  return {
    'a stored checkpoint of 1 KB': figure(saveMs, 'ms'),
    'the bare PutItem of it': figure(putMs, 'ms'),
    'the checkpoint as a multiple of the bare PutItem': figure(saveMs / putMs, '×', 1.1),
  };
}

/** An empty step with and without a store that is written to every second. */
async function measureEveryMs() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const steps = 200_000;
  const runOnce = (options, providers) => async () => {
    const handler = createHandler(defineJob(smallState(), steps, options), { providers });
    const startMs = performance.now();
    const { status } = await handler({}, { ...roomyContext(), awsRequestId: `bench-${Math.random()}` });
    if (status !== 'completed') throw new Error(status);
    return (1_000 * (performance.now() - startMs)) / steps;
  };
  const store = new FileCheckpointStore({ directory: folder });
  const without = runOnce({}, []);
  const beside = runOnce({ durability: { everyMs: 1_000 } }, [{ token: CHECKPOINT_STORE, useValue: store }]);
  await without();
  await beside();
  const withoutUs = await median(5, without);
  const besideUs = await median(5, beside);
  rmSync(folder, { recursive: true });
  return {
    'an empty step of 1 KB, no store': figure(withoutUs, 'µs'),
    'the same with { everyMs: 1000 } on files: more per step': figure(besideUs - withoutUs, 'µs', 10),
  };
}
