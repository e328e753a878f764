import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { main } from '../../src/cli/main';

/** What a command line is run with. */
interface Surroundings {
  readonly stdin?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly interruption?: AbortSignal;
  /** @defaultValue a temporary one */
  readonly workingDirectory?: string;
}

/** Runs a command line in this process, without a terminal. */
export async function readPrinted(args: readonly string[], surroundings: Surroundings = {}) {
  if (surroundings.workingDirectory !== undefined)
    return run(args, surroundings, surroundings.workingDirectory);
  const workingDirectory = mkdtempSync(join(tmpdir(), 'baton-test-'));
  try {
    return await run(args, surroundings, workingDirectory);
  } finally {
    rmSync(workingDirectory, { recursive: true });
  }
}

async function run(
  args: readonly string[],
  { stdin = '', environment = {}, interruption }: Surroundings,
  workingDirectory: string,
) {
  const printed = { stdout: '', stderr: '' };
  const exitCode = await main(args, {
    streams: {
      stdout: { write: (text) => (printed.stdout += text) },
      stderr: { write: (text) => (printed.stderr += text) },
      stdin: Readable.from([stdin]),
      environment,
      workingDirectory,
    },
    interruption: interruption ?? new AbortController().signal,
    readVersion: () => '1.2.3',
    readPackageFile: (path) => readFileSync(join(__dirname, '../..', path), 'utf8'),
  });
  return { exitCode, ...printed };
}
