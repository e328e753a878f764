import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fromRoot } from './from-root.mjs';

/** Builds dist/ unless it is newer than everything it is made of. */
export function ensureBuilt() {
  const built = fromRoot('dist/index.d.ts');
  if (existsSync(built) && statSync(built).mtimeMs > newestMs()) return;
  const { status } = spawnSync(process.execPath, [fromRoot('scripts/build.mjs')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) process.exit(1);
}

/** When the newest source, script or manifest was written, in epoch milliseconds. */
function newestMs() {
  const sources = ['src', 'scripts'].flatMap((folder) =>
    readdirSync(fromRoot(folder), { recursive: true }).map((name) => `${folder}/${name}`),
  );
  return Math.max(
    ...['package.json', 'tsconfig.build.json', ...sources].map((file) => statSync(fromRoot(file)).mtimeMs),
  );
}
