import { cpSync, mkdirSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { FunctionVersion } from './function-version';
import { linkNodeModules } from './link-node-modules';

/**
 * Copies a version's code to a directory of its own, so that later changes do not reach it.
 * A directory is copied but for `node_modules`, which is linked; of a bundle file's directory only the files with its name are.
 */
export function freezeCode(latest: FunctionVersion, code: string, into: string): string {
  mkdirSync(into, { recursive: true });
  const wholeDirectory = statSync(resolve(code)).isDirectory();
  const stem = latest.handler.split('.')[0] ?? '';
  cpSync(latest.taskRoot, into, {
    recursive: true,
    filter: (path) =>
      path === latest.taskRoot ||
      (basename(path) !== 'node_modules' && (wholeDirectory || basename(path).startsWith(`${stem}.`))),
  });
  linkNodeModules(latest.taskRoot, into);
  return into;
}
