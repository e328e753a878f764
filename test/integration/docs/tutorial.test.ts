import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from '../../helpers/ensure-built';
import { install } from '../../helpers/install';

const root = join(__dirname, '../../..');
const docs = join(root, 'docs');
/** Where a reader puts what the page includes. */
const places: Readonly<Record<string, string>> = {
  '../samples/starter/job.ts': 'src/job.ts',
  '../samples/starter/job.spec.ts': 'src/job.test.ts',
};

/** One thing that a reader of the page does, or sees. */
type Act =
  | { readonly kind: 'command'; readonly text: string }
  | { readonly kind: 'copy'; readonly from: string }
  | { readonly kind: 'compare'; readonly file: string };

/** What docs/start.md has a reader do, from its top to its end. */
function readActs(): Act[] {
  const page = readFileSync(join(docs, 'start.md'), 'utf8');
  return [...page.matchAll(/^```sh\n([\s\S]*?)^```|^<<< (\S+)/gm)].flatMap(([, shell, path = '']): Act[] => {
    if (shell !== undefined)
      return shell
        .split(/\n|&&/)
        .map((text) => text.trim())
        .filter(Boolean)
        .map((text) => ({ kind: 'command', text }));
    return [path.startsWith('./captured/') ? { kind: 'compare', file: path } : { kind: 'copy', from: path }];
  });
}

/** The line that says what came out; times and sizes differ from run to run. */
function readResult(printed: string): string | undefined {
  return /^ +result .*$/m.exec(printed)?.[0];
}

describe('docs/start.md', () => {
  let scratch = '';
  let folder = '';
  let printed = '';

  beforeAll(() => {
    ensureBuilt();
    scratch = mkdtempSync(join(tmpdir(), 'baton-tutorial-'));
    folder = scratch;
  });
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  const runIn = (directory: string, command: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: directory, encoding: 'utf8' });
    if (status !== 0)
      throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`);
    printed = stdout;
  };
  const runCommand = (text: string) => {
    const [program, ...args] = text.split(/\s+/);
    const [first = ''] = args;
    if (program === 'cd') folder = join(folder, first);
    else if (text === 'npm install') install(folder);
    else if (program === 'npx' && /^(lambda-)?baton$/.test(first))
      runIn(folder, process.execPath, join(root, 'dist/baton.js'), ...args.slice(1));
    else if (program === 'npm') runIn(folder, program, ...args);
    else throw new Error(`The page says ${text}, and this test does not know how.`);
  };

  it('docs/start.md leads from nothing to a job that survives being killed, done as it is written', () => {
    const acts = readActs();
    expect(acts.map(({ kind }) => kind).join(' ')).toBe(
      'command command command copy command compare command compare copy command',
    );
    for (const act of acts) {
      if (act.kind === 'command') runCommand(act.text);
      else if (act.kind === 'copy') {
        const code = readFileSync(join(docs, act.from), 'utf8');
        writeFileSync(join(folder, places[act.from] ?? 'unknown'), code);
      } else {
        const captured = readFileSync(join(docs, act.file), 'utf8');
        expect(readResult(captured)).toContain('{"rowCount":80}');
        expect(readResult(printed)).toBe(readResult(captured));
      }
    }
    expect(printed).toMatch(/# pass 1\b|ℹ pass 1\b/);
  });
});
