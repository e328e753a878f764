import { MemoryCheckpointStore } from 'lambda-baton';
import { JobTestEnvironment } from 'lambda-baton/testing';
import { WriteInvoice } from './job';
import { METERS } from './meters';

const input = { tenant: 'ada', month: '2026-11' };

/** Three pages of one reading. */
function createWorld() {
  const invoices = new Map<string, number>();
  const meters = {
    read: async (_tenant: string, _month: string, after: string) => {
      const page = after === '' ? 1 : Number(after) + 1;
      return { readings: [{ day: String(page), units: page }], next: page === 3 ? null : String(page) };
    },
    writeInvoice: async (tenant: string, month: string, units: number) =>
      void invoices.set(`${tenant} ${month}`, units),
  };
  const env = JobTestEnvironment.create(WriteInvoice, {
    input,
    store: () => new MemoryCheckpointStore(),
    beforeRun: () => invoices.clear(),
    providers: [{ token: METERS, useValue: meters }],
  });
  return { env, readInvoices: () => Object.fromEntries(invoices) };
}

describe('WriteInvoice', () => {
  it('WriteInvoice adds up every page once, also when it is handed over after each', async () => {
    const { env, readInvoices } = createWorld();
    await env.run({ handOffAfterEveryStep: true });
    expect(readInvoices()).toEqual({ 'ada 2026-11': 6 });
  });

  it('WriteInvoice ends the same wherever an invocation is killed, comes twice, times out or gets no answer', async () => {
    const { env, readInvoices } = createWorld();
    expect((await env.explore({ compare: readInvoices })).deviations).toEqual([]);
  });
});
