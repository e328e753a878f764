import { existsSync, mkdirSync, mkdtempSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type * as Esbuild from 'esbuild';
import { LocalLambdaError } from '../local-lambda-error';
import type { FunctionOptions } from '../options';
import { linkNodeModules, loadPackage } from '../packages';

/** Where a function's code is, and the handler's name in it. */
interface ResolvedCode {
  readonly taskRoot: string;
  readonly handler: string;
}

const typescriptExtensions = new Set(['.ts', '.mts', '.cts', '.tsx']);

/** Finds a function's code; a TypeScript file is bundled first, into a directory under `workDirectory`. */
export async function resolveCode(
  { name, code, handler }: FunctionOptions,
  workDirectory: string,
): Promise<ResolvedCode> {
  const path = resolve(code);
  if (!existsSync(path))
    throw new LocalLambdaError(name, {
      problem: `Function ${name}: there is no file or directory ${path}.`,
      fix: 'Build the bundle first, or correct the path.',
    });
  if (statSync(path).isDirectory()) return { taskRoot: path, handler: handler ?? 'index.handler' };
  const isTypescript = typescriptExtensions.has(extname(path));
  const file = isTypescript ? await bundleTypescript(path, join(workDirectory, 'bundles')) : path;
  const stem = basename(file, extname(file));
  if (handler === undefined && stem.includes('.')) {
    throw new LocalLambdaError(name, {
      problem: `Function ${name}: Lambda cannot name the handler of ${basename(file)}, because of the dot in it.`,
      fix: 'Rename the file so that its name has no dot but the one before its extension.',
    });
  }
  return { taskRoot: dirname(file), handler: handler ?? `${stem}.handler` };
}

/**
 * Bundles a TypeScript file for Node with esbuild, as most Lambda users do: one CommonJS file, the AWS SDK left outside.
 * @returns the path of the bundle, in a new directory under `into`
 */
export async function bundleTypescript(file: string, into: string): Promise<string> {
  const esbuild = loadPackage<typeof Esbuild>('esbuild', [dirname(file)]);
  mkdirSync(into, { recursive: true });
  const directory = mkdtempSync(join(into, 'bundle-'));
  linkNodeModules(dirname(file), directory);
  const outfile = join(directory, `${basename(file, extname(file))}.cjs`);
  try {
    await esbuild.build({
      entryPoints: [file],
      outfile,
      bundle: true,
      platform: 'node',
      mainFields: ['es2015', 'module', 'main'],
      format: 'cjs',
      target: 'node20',
      sourcemap: 'inline',
      keepNames: true,
      external: ['@aws-sdk/*', '*.node'],
      logLevel: 'silent',
      ...(hasTsconfig(dirname(file)) ? {} : decorated),
    });
  } catch (cause) {
    throw new LocalLambdaError(file, {
      problem: `${file} cannot be bundled: ${firstLine(cause)}`,
      fix: 'Correct the file, or build a bundle yourself and pass its path.',
      cause,
    });
  }
  return outfile;
}

/** What a file needs that no `tsconfig.json` speaks for: jobs are written with decorators. */
const decorated = { tsconfigRaw: { compilerOptions: { experimentalDecorators: true } } };

function hasTsconfig(directory: string): boolean {
  if (existsSync(join(directory, 'tsconfig.json'))) return true;
  const parent = dirname(directory);
  return parent !== directory && hasTsconfig(parent);
}

function firstLine(error: unknown): string {
  const failure = error as Partial<Esbuild.BuildFailure> & Error;
  const first = failure.errors?.[0];
  if (first === undefined) return failure.message;
  return first.location ? `${first.text} (${first.location.file}:${first.location.line})` : first.text;
}
