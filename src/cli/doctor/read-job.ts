import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join, resolve } from 'node:path';
import { bundleTypescript } from '../../local/functions/bundle-typescript';
import { quietSdk } from '../dev/quiet-sdk';
import type { JobFacts } from './facts';
import { jobReaderSource } from './job-reader-source';
import { know, missOut, type Reading } from './reading';

/** Lambda's own limit for a cold start, in milliseconds. */
const longestStartMs = 10_000;
const cure = 'Give --bundle the file whose handler was made by createHandler of this version of lambda-baton.';

/** The code of a job, and what it is loaded with. */
export interface JobCode {
  /** A bundle, or a TypeScript file. */
  readonly file: string;
  /** `file.export`, as Lambda has it. */
  readonly handler: string;
  readonly variables: Readonly<Record<string, string>>;
  /** How long it may take to load, in milliseconds. @defaultValue Lambda's own limit */
  readonly startMs?: number;
}

/** What the process that loads a job tells. */
type Told = JobFacts | { readonly fault: string };

/** Reads a job's own options by loading its code in a process of its own, with the function's variables and no credentials. */
export async function readJobFacts({ file, handler, variables, startMs = longestStartMs }: JobCode): Promise<Reading<JobFacts>> {
  const workDirectory = mkdtempSync(join(tmpdir(), 'lambda-baton-doctor-'));
  try {
    if (!existsSync(file)) return missOut(`There is no file ${file}.`, 'Build the bundle first, or correct the path.');
    const bundle = ['.ts', '.mts', '.cts', '.tsx'].includes(extname(file)) ? await bundleTypescript(resolve(file), workDirectory) : file;
    const told = await load({ file: resolve(bundle), handler: handler.split('.').at(-1) ?? 'handler', variables, startMs });
    return 'fault' in told ? missOut(`The job in ${file} could not be read: ${told.fault}`, cure) : know(told);
  } catch (error) {
    return missOut(`The job in ${file} could not be read: ${(error as Error).message.split('\n')[0]}`, cure);
  } finally {
    rmSync(workDirectory, { recursive: true, force: true });
  }
}

/** Neither what the code prints nor how it ends can be taken for what it says of itself: that comes by a channel of its own. */
function load({ file, handler: exportName, variables, startMs }: Required<JobCode>): Promise<Told> {
  const { PATH, HOME, TMPDIR } = process.env;
  const surroundings = Object.fromEntries(Object.entries({ PATH, HOME, TMPDIR }).filter(([, value]) => value !== undefined));
  const child = spawn(process.execPath, ['--input-type=module', '--eval', jobReaderSource, '--', file, exportName], {
    cwd: dirname(file),
    env: { AWS_REGION: 'us-east-1', ...surroundings, ...quietSdk, ...variables },
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    timeout: startMs,
    killSignal: 'SIGKILL',
  });
  let text = '';
  child.stdio[3]?.on('data', (part: Buffer) => {
    text += part.toString();
  });
  return new Promise((settle, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => settle(text ? (JSON.parse(text) as Told) : { fault: describeSilence(code, signal, startMs) }));
  });
}

function describeSilence(code: number | null, signal: string | null, startMs: number): string {
  if (signal === 'SIGKILL') return `it did not load within ${startMs} ms.`;
  return `its process ended with ${signal ?? code} while it was loaded.`;
}
