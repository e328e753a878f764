#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from './main';

const interruption = new AbortController();
let exitCode: number | undefined;

/** The first signal ends the run in good order, the second one at once: the environments end with this process either way. */
function interrupt(signalCode: number): void {
  if (exitCode !== undefined) process.exit(exitCode);
  exitCode = signalCode;
  interruption.abort({ exitCode });
}

process.on('SIGINT', () => interrupt(130));
process.on('SIGTERM', () => interrupt(143));
process.on('SIGHUP', () => interrupt(129));

/** Whoever read the output has gone, as `head -1` does: nobody is left to be told anything. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code !== 'EPIPE') process.exit(1);
    if (exitCode === undefined) interrupt(141);
  });
}

const manifestName = 'package.json';

/** Finds the directory of the package that this file is part of. */
function findPackage(directory = dirname(fileURLToPath(import.meta.url))): string | undefined {
  if (readManifest(join(directory, manifestName))?.name === 'lambda-baton') return directory;
  return dirname(directory) === directory ? undefined : findPackage(dirname(directory));
}

function readManifest(file: string): { name: string; version: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { name: string; version: string };
  } catch {
    return undefined;
  }
}

const { stdout, stderr, stdin, env } = process;
const endCode = await main(process.argv.slice(2), {
  streams: { stdout, stderr, stdin, environment: env, workingDirectory: process.cwd() },
  interruption: interruption.signal,
  readVersion: () => readManifest(join(findPackage() ?? '', manifestName))?.version ?? 'unknown',
  readPackageFile: (path) => readFileSync(join(findPackage() ?? '', path), 'utf8'),
});
process.exitCode = exitCode ?? endCode;
// What was left where it was (an answer of AWS, a question) would keep the process alive.
if (exitCode !== undefined) process.exit();
