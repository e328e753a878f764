import { existsSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { LocalLambdaError } from '../local-lambda-error';
import type { FunctionOptions } from '../options';
import { bundleTypescript } from './bundle-typescript';

/** Where a function's code is, and the handler's name in it. */
export interface ResolvedCode {
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
