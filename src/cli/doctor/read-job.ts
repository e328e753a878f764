import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { bundleTypescript } from '../../local/functions/resolve-code';
import { linkNodeModules } from '../../local/packages';
import { quietSdk } from '../dev/prepare-lambda';
import type { JobFacts } from './facts';
import { know, missOut, type Reading } from './finding';

/** Lambda's own limit for a cold start, in milliseconds. */
const maxStartMs = 10_000;
const fix = 'Give --bundle the file whose handler was made by createHandler of this version of lambda-baton.';

/** The code of a job, and what it is loaded with. */
interface JobCode {
  /** A bundle, or a TypeScript file. */
  readonly file: string;
  /** `file.export`, as Lambda has it. */
  readonly handler: string;
  readonly variables: Readonly<Record<string, string>>;
  /** The directory that is deployed as it is, with the file in it: a `package.json` above it is not. */
  readonly directory?: string;
  /** How long it may take to load, in milliseconds. @defaultValue Lambda's own limit */
  readonly startMs?: number;
}

/** What the process that loads a job tells. */
type Told = JobFacts | { readonly fault: string };

/** Reads a job's own options by loading its code in a process of its own, with the function's variables and no credentials. */
export async function readJobFacts({
  file,
  handler,
  variables,
  directory,
  startMs = maxStartMs,
}: JobCode): Promise<Reading<JobFacts>> {
  const workDirectory = mkdtempSync(join(tmpdir(), 'lambda-baton-doctor-'));
  try {
    if (!existsSync(file))
      return missOut(`There is no file ${file}.`, 'Build the bundle first, or correct the path.');
    const bundle = ['.ts', '.mts', '.cts', '.tsx'].includes(extname(file))
      ? await bundleTypescript(resolve(file), workDirectory)
      : file;
    const exportName = handler.split('.').at(-1) ?? 'handler';
    const loadFrom = (place: string) => load({ file: place, handler: exportName, variables, startMs });
    const told = await (directory === undefined
      ? loadEitherWay(resolve(bundle), workDirectory, loadFrom)
      : loadFrom(
          copyAlone(resolve(bundle), { directory: resolve(directory), workDirectory, isMeant: () => true }),
        ));
    return 'fault' in told ? missOut(`The job in ${file} could not be read: ${told.fault}`, fix) : know(told);
  } catch (error) {
    return missOut(`The job in ${file} could not be read: ${(error as Error).message.split('\n')[0]}`, fix);
  } finally {
    rmSync(workDirectory, { recursive: true, force: true });
  }
}

/**
 * Loads a bundle where it is, and, should that fail, in a directory of its own: a `.js` file below a `package.json` of `"type": "module"` is
 * an ES module there, and is none on Lambda, where the `package.json` of the project does not come along.
 */
async function loadEitherWay(
  file: string,
  workDirectory: string,
  loadFrom: (place: string) => Promise<Told>,
): Promise<Told> {
  const told = await loadFrom(file);
  if (!('fault' in told) || extname(file) !== '.js') return told;
  const [stem] = basename(file).split('.');
  const isOfBundle = (path: string) => path === dirname(file) || basename(path).startsWith(`${stem}.`);
  const alone = await loadFrom(
    copyAlone(file, { directory: dirname(file), workDirectory, isMeant: isOfBundle }),
  );
  return 'fault' in alone ? told : alone;
}

/** What is copied, and where to. */
interface Copy {
  readonly directory: string;
  readonly workDirectory: string;
  readonly isMeant: (path: string) => boolean;
}

/** Copies code as Lambda gets it, with the packages that it finds now. @returns where the file is then */
function copyAlone(file: string, { directory, workDirectory, isMeant }: Copy): string {
  const copy = join(workDirectory, 'task');
  cpSync(directory, copy, {
    recursive: true,
    filter: (path) => basename(path) !== 'node_modules' && isMeant(path),
  });
  linkNodeModules(directory, copy);
  return join(copy, relative(directory, file));
}

/** Neither what the code prints nor how it ends can be taken for what it says of itself: that comes by a channel of its own. */
function load({
  file,
  handler: exportName,
  variables,
  startMs,
}: Required<Omit<JobCode, 'directory'>>): Promise<Told> {
  const { PATH, HOME, TMPDIR } = process.env;
  const surroundings = Object.fromEntries(
    Object.entries({ PATH, HOME, TMPDIR }).filter(([, value]) => value !== undefined),
  );
  const child = spawn(
    process.execPath,
    ['--input-type=module', '--eval', jobReaderSource, '--', file, exportName],
    {
      cwd: dirname(file),
      env: { AWS_REGION: 'us-east-1', ...surroundings, ...quietSdk, ...variables },
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      timeout: startMs,
      killSignal: 'SIGKILL',
    },
  );
  let text = '';
  child.stdio[3]?.on('data', (part: Buffer) => {
    text += part.toString();
  });
  return new Promise((settle, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) =>
      settle(text ? (JSON.parse(text) as Told) : { fault: describeSilence(code, signal, startMs) }),
    );
  });
}

function describeSilence(code: number | null, signal: string | null, startMs: number): string {
  if (signal === 'SIGKILL') return `it did not load within ${startMs} ms.`;
  return `its process ended with ${signal ?? code} while it was loaded.`;
}

/**
 * A program that loads a bundle and tells on file descriptor 3 what its handler says of its job.
 * Arguments: the file, and the name of the export. It needs nothing but Node, since it runs where the bundle is.
 */
const jobReaderSource = `
import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [file, name] = process.argv.slice(1).filter((argument) => argument !== '--');
const planKey = Symbol.for('lambda-baton:plan');
const plansKey = Symbol.for('lambda-baton:plans');
const tell = (told) => {
  writeSync(3, JSON.stringify(told, (_key, value) => (value === Infinity ? Number.MAX_VALUE : value)));
  process.exit(0);
};
const describe = ({ name, safeMs, limits, continueOn, steps }, parameterCount) => ({
  name, safeMs, limits, continueOn, parameterCount,
  steps: steps.map(({ method, minBudgetMs }) => ({ method, minBudgetMs })),
});
try {
  const loaded = await import(pathToFileURL(file).href);
  const found = { ...loaded.default, ...loaded };
  const handler = found[name];
  if (typeof handler !== 'function') tell({ fault: 'it exports no function ' + name + '.' });
  const made = [handler, ...Object.values(found)].find((value) => value?.[planKey]);
  const plan = made?.[planKey];
  const others = (made?.[plansKey] ?? []).slice(1).map((other) => describe(other, handler.length));
  tell(plan ? { ...describe(plan, handler.length), ...(others.length > 0 && { others }) } : { fault: 'its handler ' + name + ' does not say which job it runs.' });
} catch (error) {
  tell({ fault: String(error?.message ?? error).split('\\n').join(' ') });
}
`;
