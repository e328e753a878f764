import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt } from './ensure-built.mjs';
import { fromRoot } from './from-root.mjs';

/** Packs what would be published into `folder` and returns the path of the tarball. */
export function packInto(folder) {
  ensureBuilt();
  const output = execFileSync('npm', ['pack', '--json', '--loglevel=error', '--pack-destination', folder], {
    cwd: fromRoot(),
    encoding: 'utf8',
  });
  return join(folder, JSON.parse(output)[0].filename);
}
