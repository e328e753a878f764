import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
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
      path === latest.taskRoot || (basename(path) !== 'node_modules' && (wholeDirectory || basename(path).startsWith(`${stem}.`))),
  });
  linkNodeModules(latest.taskRoot, into);
  keepModuleType(latest.taskRoot, into);
  return into;
}

/** `.js` means what the nearest package.json says it means: the copy takes that along. */
function keepModuleType(from: string, into: string): void {
  const own = join(into, 'package.json');
  if (existsSync(own)) return;
  const file = nearestPackageJson(from);
  const type = file === undefined ? 'commonjs' : ((JSON.parse(readFileSync(file, 'utf8')) as { type?: string }).type ?? 'commonjs');
  writeFileSync(own, JSON.stringify({ type }));
}

function nearestPackageJson(directory: string): string | undefined {
  const candidate = join(directory, 'package.json');
  if (existsSync(candidate)) return candidate;
  const parent = dirname(directory);
  return parent === directory ? undefined : nearestPackageJson(parent);
}
