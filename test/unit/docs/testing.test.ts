import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createHandler,
  inject,
  LOGGER,
  LongRunning,
  OnComplete,
  State,
  Step,
  type StepContext,
  Terminate,
} from '../../../src';
import * as kit from '../../../src/testing';
import { ChargeCustomers, LEDGER } from '../testing/charge-job';

const SHOP = Symbol('SHOP');

interface Shop {
  read(page: number): Promise<string[]>;
}

@LongRunning({ safeMs: 10_000, intervalMs: 1_000 })
class ImportOrders {
  @State() page = 0;
  @State() orders = 0;

  constructor(@inject(SHOP) private readonly shop: Shop) {}

  @Step() async importPage() {
    this.orders += (await this.shop.read(this.page)).length;
    this.page += 1;
  }

  @Terminate() isDone(ctx: StepContext<{ pages: number }>) {
    return this.page === ctx.input.pages;
  }

  @OnComplete() end() {
    return { orders: this.orders };
  }
}

const page = readFileSync(join(__dirname, '../../../docs/testing.md'), 'utf8');
const snippets = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) =>
  code.replace(/^import .*\n/gm, ''),
);

const shop = { read: async () => ['an order'] };
const providers = [
  { token: SHOP, useValue: shop },
  { token: LOGGER, useValue: new kit.MemoryLogger() },
];
const names = { ...kit, createHandler, ImportOrders, ChargeCustomers, SHOP, LEDGER, providers, expect };

/** Runs a snippet as it stands on the page, with these names beside it. */
function runSnippet(code: string, more: object = {}): Promise<unknown> {
  const scope = { ...names, ...more };
  return new Function(
    ...Object.keys(scope),
    `return (async () => { ${code}; return typeof env === 'undefined' ? undefined : env; })();`,
  )(...Object.values(scope)) as Promise<unknown>;
}

describe('docs/testing.md', () => {
  it('docs/testing.md has five snippets, each of which is tested below', () => {
    expect(snippets).toHaveLength(5);
  });

  it('docs/testing.md begins with a whole test, and goes on with a mode', async () => {
    const env = await runSnippet(snippets[0] ?? '');
    await runSnippet(snippets[1] ?? '', { env });
  });

  it('docs/testing.md watches effects, and explores', async () => {
    expect.extend(kit.batonMatchers);
    const env = await runSnippet(snippets[2] ?? '');
    await runSnippet(snippets[3] ?? '', { env });
  });

  it('docs/testing.md uses doubles without an environment', async () => {
    await runSnippet(snippets[4] ?? '');
  });

  it('docs/testing.md names every option of create and run, and nothing else', () => {
    const source = readFileSync(join(__dirname, '../../../src/testing/test-job-options.ts'), 'utf8');
    const options = [...source.matchAll(/readonly (\w+)\?:/g)].map(([, name = '']) => name);
    for (const name of options) expect(page).toContain(name);
    const listed = [...page.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    expect(listed.filter((name) => !['providers', 'container', ...options].includes(name ?? ''))).toEqual([]);
  });
});
