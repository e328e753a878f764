import { MemoryCheckpointStore, RetryableError } from 'lambda-baton';
import { JobTestEnvironment } from 'lambda-baton/testing';
import { ReconcilePayments } from './job';
import { LEDGER } from './ledger';
import { type PageCursor, PROVIDER } from './provider';

/** Paid in full, not captured, captured twice, refunded too much; what we know of it. */
const payments = [
  { id: 'p1', owed: 500, captured: 500, isSettled: true },
  { id: 'p2', owed: 1_000, captured: 0, isSettled: false },
  { id: 'p3', owed: 700, captured: 1_400, isSettled: true },
  { id: 'p4', owed: 999, captured: 998, isSettled: false },
];

/** Two ledgers in memory. The provider takes a key at its word, and refuses it with another amount. */
function createWorld({ throttleOnce = false } = {}) {
  const captured = new Map<string, number>();
  const settled = new Map<string, boolean>();
  const keys = new Map<string, number>();
  let isThrottled = throttleOnce;
  const move = async (id: string, cents: number, key: string) => {
    if (isThrottled) {
      isThrottled = false;
      throw new RetryableError({ retryAfterMs: 3_600_000, countsAsAttempt: false });
    }
    await env.effects.record(key, `${id} ${cents}`);
    const before = keys.get(key);
    if (before !== undefined && before !== cents)
      throw new Error(`Key ${key} was used with ${before} cents.`);
    if (before !== undefined) return;
    keys.set(key, cents);
    captured.set(id, (captured.get(id) ?? 0) + cents);
  };
  const provider = {
    list: async (_since: string, { after }: PageCursor) => {
      const page = payments.filter(({ id }) => id > after).slice(0, 2);
      const last = page.at(-1)?.id ?? '';
      const current = page.map(({ id }) => ({ id, capturedCents: captured.get(id) ?? 0 }));
      return { payments: current, next: last === 'p4' ? null : { after: last } };
    },
    capture: move,
    refund: (id: string, cents: number, key: string) => move(id, -cents, key),
  };
  const ledger = {
    read: async (page: readonly { id: string }[]) =>
      page.map(({ id }) => ({
        amountCents: payments.find((payment) => payment.id === id)?.owed ?? 0,
        isSettled: settled.get(id) ?? false,
      })),
    settle: async (id: string) => void settled.set(id, true),
  };
  const env = JobTestEnvironment.create(ReconcilePayments, {
    input: { since: '2026-11-01' },
    store: () => new MemoryCheckpointStore(),
    beforeRun: () => {
      keys.clear();
      for (const payment of payments) {
        captured.set(payment.id, payment.captured);
        settled.set(payment.id, payment.isSettled);
      }
    },
    providers: [
      { token: PROVIDER, useValue: provider },
      { token: LEDGER, useValue: ledger },
    ],
  });
  const readBalances = () => ({ captured: Object.fromEntries(captured), isSettled: [...settled.values()] });
  return { env, readBalances };
}

const balanced = {
  captured: { p1: 500, p2: 1_000, p3: 700, p4: 999 },
  isSettled: [true, true, true, true],
};

it('ReconcilePayments makes both ledgers equal to the cent, also when it is handed over after every payment', async () => {
  const { env, readBalances } = createWorld();
  const run = await env.run({ handOffAfterEveryStep: true });
  expect(run.result).toEqual({ seen: 4, repaired: 3, capturedCents: 1_001, refundedCents: 700 });
  expect(readBalances()).toEqual(balanced);
});

it('ReconcilePayments comes back when a throttle says so, and the wait is no attempt', async () => {
  const { env, readBalances } = createWorld({ throttleOnce: true });
  const run = await env.run();
  expect(run.outcome).toBe('completed');
  expect(readBalances()).toEqual(balanced);
});

it('ReconcilePayments moves each cent once wherever an invocation is killed, comes twice, times out or gets no answer', async () => {
  const { env, readBalances } = createWorld();
  const exploration = await env.explore({ compare: ({ result }) => ({ result, ...readBalances() }) });
  expect(exploration.deviations).toEqual([]);
});
