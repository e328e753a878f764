import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Row {
  readonly code: string;
  readonly className: string;
  readonly meaning: string;
  readonly fix: string;
}

const root = join(__dirname, '../../..');

describe('docs/errors.md', () => {
  const rows = readRows();

  it('docs/errors.md has one row per code of BatonErrorCode, in the same order, and no other', () => {
    expect(rows.map((row) => row.code)).toEqual(readCodes());
  });

  it.each(rows)('docs/errors.md says of $code what it means and what to do', ({ meaning, fix }) => {
    expect(meaning).toMatch(/^[A-Z].{20,}\.$/);
    expect(fix).toMatch(/^[A-Z`].{15,}\.$/);
  });

  it.each(rows)('docs/errors.md gives $code to the class that its row names', ({ code, className }) => {
    expect(readClass(code)).toMatch(
      new RegExp(`class ${className} (?:(?!\\nclass|export class)[\\s\\S])*code(?:: \\w+)? = '${code}'`),
    );
  });
});

/** The rows of the table. */
function readRows(): Row[] {
  const cells = /^\| `([A-Z_]+)` \| `(\w+)` \| (.*?) \| (.*?) \|$/gm;
  return [...read('docs/errors.md').matchAll(cells)].map(
    ([, code = '', className = '', meaning = '', fix = '']) => ({
      code,
      className,
      meaning,
      fix,
    }),
  );
}

/** The members of the union, from its source: a type leaves nothing to look at when the program runs. */
function readCodes(): string[] {
  const union = /type BatonErrorCode =([^;]*);/.exec(read('src/errors/baton-error.ts'))?.[1] ?? '';
  return [...union.matchAll(/'([A-Z_]+)'/g)].map(([, code = '']) => code);
}

/** Where the classes are that are not the library's. */
const tools: Record<string, string> = {
  INVALID_DEPLOYMENT: 'cdk/invalid-deployment-error',
  LOCAL_LAMBDA: 'local/local-lambda-error',
  SWEEP_INCOMPLETE: 'sweeper/create-sweeper',
  TEST_KIT: 'testing/test-kit-error',
};

/** The sources where an error class may be; the local Lambda and the test kit keep one of their own. */
function readClass(code: string): string {
  const tool = tools[code];
  if (tool) return read(`src/${tool}.ts`);
  return readdirSync(join(root, 'src/errors'))
    .map((file) => read(`src/errors/${file}`))
    .join('\n');
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
