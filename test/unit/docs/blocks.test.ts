import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import * as baton from '../../../src';
import * as observe from '../../../src/observe';
import { checkpointStoreContract, MemoryLogger } from '../../../src/testing';

const root = join(__dirname, '../../..');
/** Pages whose blocks a test of their own runs, in order. */
const hasOwnTest = ['testing.md'];
/** Where code is that tests run. */
const testedFolders = ['docs/snippets', 'samples', 'test/unit/docs', 'test/contract'];

const pages = listFiles('docs', '.md').filter((page) => !page.includes('/adr/'));
const tested = testedFolders.flatMap((folder) => listFiles(folder, '.ts'));
const testedTexts = tested.map((file) => flatten(read(file)));

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

function listFiles(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.includes('node_modules'))
    .map((name) => `${folder}/${name}`);
}

/** Without indentation: a page shows a method without its class. */
function flatten(code: string): string {
  return code.replace(/^[ \t]+/gm, '').trim();
}

function listBlocks(page: string): string[] {
  return [...read(page).matchAll(/^```(?:ts|js|typescript|javascript)\b.*\n([\s\S]*?)^```/gm)].map(
    ([, code = '']) => code,
  );
}

const isTested = (code: string) => testedTexts.some((text) => text.includes(flatten(code)));

@baton.LongRunning({ safeMs: 1_000, intervalMs: 100 })
class ReconcilePayments {
  @baton.Terminate() isDone() {
    return true;
  }
  @baton.Step() reconcile() {}
}

const sent: object[] = [];
const send = async (request: object) => void sent.push(request);

/** What the blocks speak of, that are run as they stand. */
const names = {
  ...baton,
  ...observe,
  ...{ ReconcilePayments, checkpointStoreContract, Logger: MemoryLogger, executionId: 'pay-out-7' },
  ...{ open: async () => new baton.MemoryCheckpointStore(), test: () => {}, notify: () => {} },
  ...{
    baton: { signal: send },
    BatonClient: class {
      start = send;
    },
  },
};

function runBlock(code: string): Promise<unknown> {
  const { outputText } = ts.transpileModule(code.replace(/^import .*\n/gm, '').replace(/^export /gm, ''), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, experimentalDecorators: true },
  });
  return new Function(...Object.keys(names), `return (async () => { ${outputText} })();`)(
    ...Object.values(names),
  ) as Promise<unknown>;
}

describe('the code on the pages of docs/', () => {
  it.each(pages.filter((page) => !hasOwnTest.some((name) => page.endsWith(name))))(
    'The page %s has no block that is neither in a tested file nor runs as it stands',
    async (page) => {
      for (const code of listBlocks(page)) if (!isTested(code)) await runBlock(code);
    },
  );

  it('The code on the pages of docs/ sends what the blocks send', () => {
    expect(sent).toEqual([
      { executionId: 'payments-2026-11-23', input: { since: '2026-11-01' } },
      { executionId: 'pay-out-7', name: 'approved', payload: { by: 'ada' } },
    ]);
  });

  it('The code on the pages of docs/ includes files that tests know', () => {
    const all = listFiles('test', '.test.ts').concat(listFiles('samples', '.test.ts')).map(read).join('\n');
    const included = pages.flatMap((page) =>
      [...read(page).matchAll(/^<<< (?:\.\.?\/)+(\S+?\.ts)\b/gm)].map(([, path = '']) => path),
    );
    const name = (path: string) => path.replace(/^.*\//, '').replace(/\.ts$/, '');
    const isKnown = (path: string) => path.endsWith('.spec.ts') || new RegExp(`/${name(path)}['"]`).test(all);
    expect(included.length).toBeGreaterThan(15);
    expect(included.filter((path) => !isKnown(path))).toEqual([]);
  });

  it.each(tested.filter((file) => file.endsWith('/job.ts')))(
    'The snippet %s has at most 80 lines',
    (file) => {
      expect(read(file).trimEnd().split('\n').length).toBeLessThanOrEqual(80);
    },
  );
});
