import { createCallBack } from '../../../docs/snippets/call-back';
import { LoadAll, LoadPage, WAREHOUSE } from '../../../docs/snippets/children';
import { CRM, NightlyReport, RenderPreview, SyncTenant } from '../../../docs/snippets/concurrency';
import { Invite, MAILER } from '../../../docs/snippets/keys';
import { BOOKS, BookOrders } from '../../../docs/snippets/poison-items';
import { PSP, ReconcilePayments } from '../../../docs/snippets/readme';
import { type Answer, API, Push } from '../../../docs/snippets/retries';
import { before, CopyRows, ROWS } from '../../../docs/snippets/self-invocation';
import { PayOut } from '../../../docs/snippets/signals';
import { AddUp } from '../../../docs/snippets/state';
import { ImportOrders, SHOP } from '../../../docs/snippets/steps';
import { CountPages } from '../../../docs/snippets/versions';
import { MemoryCheckpointStore, TerminalError } from '../../../src';
import { JobTestEnvironment } from '../../../src/testing';
import { countRuns } from '../../helpers/how-often';

const store = () => new MemoryCheckpointStore();
const everywhere = { handOffAfterEveryStep: true };

describe('the snippets of the guides', () => {
  it('The snippet of the README captures each cent once, and no key comes with two amounts', async () => {
    const payments = ['a', 'b', 'c'].map((id, index) => ({ id, missingCents: index + 1 }));
    const psp = {
      list: async (_since: string, cursor: string) =>
        cursor === ''
          ? { payments: payments.slice(0, 2), next: 'b' }
          : { payments: payments.slice(2), next: null },
      capture: (id: string, cents: number, key: string) => env.effects.record(key, `${id} ${cents}`),
    };
    const env = JobTestEnvironment.create(ReconcilePayments, {
      store,
      input: { since: '2026-11-01' },
      providers: [{ token: PSP, useValue: psp }],
    });
    const run = await env.run(everywhere);
    expect(run.effects.map(({ what }) => what)).toEqual(['a 1', 'b 2', 'c 3']);
    expect((await env.explore({ maxRuns: countRuns(40) })).deviations).toEqual([]);
  });

  it('The snippet of steps imports every order once, also when it is handed over after each', async () => {
    const imported: string[] = [];
    const shop = {
      readPage: async (page: number) => (page < 2 ? [`${page}a`, `${page}b`] : []),
      import: async (order: string, key: string) => {
        imported.push(order);
        await env.effects.record(key, order);
      },
    };
    const env = JobTestEnvironment.create(ImportOrders, {
      store,
      beforeRun: () => imported.splice(0),
      providers: [{ token: SHOP, useValue: shop }],
    });
    await env.run(everywhere);
    expect(imported).toEqual(['0a', '0b', '1a', '1b']);
    expect((await env.explore({ maxRuns: countRuns(40) })).deviations).toEqual([]);
  });

  it('The snippet of state comes back as it was', async () => {
    const run = await JobTestEnvironment.create(AddUp).run(everywhere);
    expect(run.result).toEqual({ orders: 3, cents: 750, isPrice: true });
  });

  it('The snippet of keys gives each write a key of its own, and the same one when it runs again', async () => {
    const env = JobTestEnvironment.create(Invite, {
      store,
      input: { guests: ['ada', 'bob'] },
      providers: [
        {
          token: MAILER,
          useFactory: () => ({ send: (to: string, key: string) => env.effects.record(key, to) }),
        },
      ],
    });
    expect((await env.explore({ maxRuns: countRuns(40) })).deviations).toEqual([]);
  });

  it('The snippet of retries uses up no attempt for throttles, tries errors again, and refusals not', async () => {
    const push = (...answers: Answer[]) => {
      const api = { push: async () => answers.shift() ?? { status: 200 } };
      return JobTestEnvironment.create(Push, { providers: [{ token: API, useValue: api }] }).run();
    };
    const busy = Array.from({ length: 9 }, () => ({ status: 429, retryAfterSeconds: 60 }));
    expect((await push(...busy, { status: 503 })).outcome).toBe('completed');
    expect(await push({ status: 403 })).toMatchObject({ outcome: 'failed', steps: [{}] });
  });

  it('The snippet of poison items puts them aside, and books the others', async () => {
    const books = {
      book: async (order: string) => {
        if (order === 'bad') throw new TerminalError('No such account.');
      },
    };
    const env = JobTestEnvironment.create(BookOrders, {
      input: { orders: ['one', 'bad', 'two'] },
      providers: [{ token: BOOKS, useValue: books }],
    });
    expect((await env.run()).result).toEqual({ rejected: ['bad'] });
  });

  it('The snippet of signals takes an approval that does not come for a time-out', async () => {
    const run = await JobTestEnvironment.create(PayOut, { store }).run();
    expect(run.result).toEqual({ paid: false, reason: 'nobody answered in a day' });
  });

  it('The snippet of signals pays out after an approval, with the notes that came before', async () => {
    const env = JobTestEnvironment.create(PayOut, { store });
    env.signal('note', { text: 'soon' }, { afterMs: 1_000 });
    env.signal('approved', { by: 'ada' }, { afterMs: 60_000 });
    expect((await env.run()).result).toEqual({ paid: true, notes: ['soon'] });
  });

  it('The snippet of call-back sends what a service posts as the signal of its token', async () => {
    const sent: object[] = [];
    const signal = async (request: object) => {
      sent.push(request);
      return { kind: 'accepted' as const, signalId: 's' };
    };
    const answer = await createCallBack({ signal })({ body: '{"token":"t","answer":{"status":"done"}}' });
    expect([answer, sent]).toEqual([{ statusCode: 202 }, [{ token: 't', payload: { status: 'done' } }]]);
  });

  it('The snippet of children loads each page once, and names those that cannot be loaded', async () => {
    const loaded = new Set<number>();
    const warehouse = {
      listPages: async () => [1, 2, 3],
      load: async (page: number) => {
        if (page === 2) throw new TerminalError('no such page');
        loaded.add(page);
        return page * 10;
      },
    };
    const env = JobTestEnvironment.create(LoadAll, {
      store,
      otherJobs: [LoadPage],
      beforeRun: () => loaded.clear(),
      providers: [{ token: WAREHOUSE, useValue: warehouse }],
    });
    expect((await env.run(everywhere)).result).toEqual({ rows: 40, failed: ['2'] });
    expect(
      (await env.explore({ crashes: true, duplicates: true, maxRuns: countRuns(30) })).deviations,
    ).toEqual([]);
  });

  it('The snippet of concurrency runs five at a time for each tenant, one report, the newest preview', async () => {
    let running = 0;
    let most = 0;
    const crm = {
      async sync() {
        running += 1;
        most = Math.max(most, running);
        await sync.timer.sleep(1_000);
        running -= 1;
        return 1;
      },
    };
    const sync = JobTestEnvironment.create(SyncTenant, {
      store,
      input: { tenant: 'a' },
      providers: [{ token: CRM, useValue: crm }],
    });
    for (let count = 1; count < 12; count += 1) sync.startAnother({ tenant: 'a' });
    const ended = (await sync.run()).events.filter(({ type }) => type === 'execution.completed');
    expect([ended.length, most]).toEqual([12, 5]);

    for (const [Job, end] of [
      [NightlyReport, 'execution.skipped'],
      [RenderPreview, 'execution.cancelled'],
    ] as const) {
      const env = JobTestEnvironment.create<object>(Job, { store, input: { page: '/', text: 'hi' } });
      env.startAnother({ page: '/', text: 'ho' });
      const types = (await env.run()).events.map(({ type }) => type);
      expect(types).toContain('execution.completed');
      expect(types).toContain(end);
    }
  });

  it('The snippet of versions counts its pages with the newest code', async () => {
    expect((await JobTestEnvironment.create(CountPages).run(everywhere)).result).toEqual({ pages: 3 });
  });

  it('The snippet of self-invocation copies what the hand-written function copies', async () => {
    const copy = { old: [] as string[], new: [] as string[] };
    const rows = (target: string[]) => ({
      read: async (from: number) => ['a', 'b', 'c', 'd', 'e'].slice(from, from + 2),
      write: async (page: string[]) => void target.push(...page),
    });
    const context = { getRemainingTimeInMillis: () => 900_000 };
    await before({}, context, rows(copy.old), async () => {});
    const providers = [{ token: ROWS, useValue: rows(copy.new) }];
    await JobTestEnvironment.create(CopyRows, { providers }).run(everywhere);
    expect(copy.new).toEqual(copy.old);
  });
});
