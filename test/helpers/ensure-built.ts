import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

let isBuilt = false;

/** Builds dist/ unless it is newer than what it is made of: for what is only there once it is built. */
export function ensureBuilt(): void {
  if (isBuilt) return;
  const module = JSON.stringify(pathToFileURL(join(__dirname, '../../scripts/lib/ensure-built.mjs')));
  execFileSync(process.execPath, ['-e', `import(${module}).then(({ ensureBuilt }) => ensureBuilt())`]);
  isBuilt = true;
}
