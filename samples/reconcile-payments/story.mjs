import { join } from 'node:path';
import { makeRandom } from '../lib/make-random.mjs';
import { startDynamoDb } from '../lib/start-dynamodb.mjs';
import { startProvider } from './start-provider.mjs';

/** What is wrong with a payment: its status with us, and what the provider has captured of what is owed. */
const cases = [
  { status: 'paid', captured: (owed) => owed },
  { status: 'pending', captured: (owed) => owed },
  { status: 'failed', captured: () => 0 },
  { status: 'paid', captured: (owed) => 2 * owed },
  { status: 'pending', captured: (owed) => owed + 1 },
  { status: 'paid', captured: (owed) => owed - 99 },
];

/** Payments in our table and at the provider. `scale` 1 is 200. */
export async function prepare({ scale, seed }) {
  const random = makeRandom(seed);
  const payments = Array.from({ length: Math.round(200 * scale) }, (_, number) => {
    const amountCents = 100 + Math.floor(random() * 100_000);
    const { status, captured } = cases[Math.floor(random() * cases.length)];
    return {
      id: `p${String(number).padStart(7, '0')}`,
      status,
      amountCents,
      capturedCents: captured(amountCents),
    };
  });
  const dynamoDb = await startDynamoDb();
  await dynamoDb.createTable('payments', 'id');
  await dynamoDb.put(
    'payments',
    payments.map(({ id, status, amountCents }) => ({ id, status, amountCents })),
  );
  const provider = await startProvider(payments, { seed });
  return {
    job: join(import.meta.dirname, 'job.ts'),
    event: { since: '2026-11-01' },
    timeoutMs: 4_000,
    environment: { ...dynamoDb.environment, PAYMENTS_TABLE: 'payments', PROVIDER_URL: provider.url },
    itemCount: payments.length,
    findDifferences: async (seen) => compare(payments, provider, await dynamoDb.read('payments'), seen),
    stop: async () => {
      provider.stop();
      await dynamoDb.stop();
    },
  };
}

/** Both ledgers have to say what is owed, each cent moved once, and the report has to say what was moved. */
function compare(payments, { captured, answers, counts }, items, { results }) {
  const differences = [];
  const expect = (what, actual, wanted) => {
    if (actual !== wanted) differences.push(`${what}: ${actual} instead of ${wanted}`);
  };
  const ours = new Map(items.map((item) => [item.id.S, item]));
  const moved = { seen: payments.length, repaired: 0, capturedCents: 0, refundedCents: 0 };
  for (const { id, status, amountCents, capturedCents } of payments) {
    expect(`${id} at the provider`, captured.get(id), amountCents);
    expect(
      `${id} in our table`,
      `${ours.get(id).status.S} ${ours.get(id).paidCents?.N ?? amountCents}`,
      `paid ${amountCents}`,
    );
    const missing = amountCents - capturedCents;
    moved.repaired += missing !== 0 || status !== 'paid' ? 1 : 0;
    moved.capturedCents += Math.max(0, missing);
    moved.refundedCents += Math.max(0, -missing);
  }
  const sum = (sign) => [...answers.values()].reduce((total, cents) => total + Math.max(0, sign * cents), 0);
  expect('cents captured', sum(1), moved.capturedCents);
  expect('cents refunded', sum(-1), moved.refundedCents);
  expect('keys used with two amounts', counts.refused, 0);
  const [result] = results.values();
  for (const [name, wanted] of Object.entries(moved)) expect(`reported ${name}`, result?.[name], wanted);
  return differences.slice(0, 5);
}
