#!/usr/bin/env node
/** Packs the package as for a release, has publint and arethetypeswrong look at the tarball, and compiles programs of users against it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { checkConsumers } from './lib/check-consumers.mjs';
import { packInto } from './lib/pack.mjs';

const folder = mkdtempSync(join(tmpdir(), 'lambda-baton-pack-'));
try {
  const tarball = packInto(folder);
  const hasGoodManifest = await checkManifest(tarball);
  const hasGoodTypes = checkTypes(tarball);
  const hasGoodConsumers = checkConsumers(tarball);
  process.exitCode = hasGoodManifest && hasGoodTypes && hasGoodConsumers ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Says whether exports, files and formats agree. */
async function checkManifest(tarball) {
  const { messages, pkg } = await publint({
    pack: { tarball: readFileSync(tarball).buffer },
    level: 'warning',
    strict: true,
  });
  for (const message of messages) console.error(`✖ publint: ${formatMessage(message, pkg)}`);
  if (!messages.length) console.log('✔ publint finds nothing');
  return messages.length === 0;
}

/** Says whether the types of every entry are right under node10, node16 (CJS and ESM) and bundlers. */
function checkTypes(tarball) {
  const attw = fileURLToPath(
    import.meta.resolve('@arethetypeswrong/cli/package.json').replace('package.json', 'dist/index.js'),
  );
  const { status } = spawnSync(process.execPath, [attw, tarball, '--no-emoji'], { stdio: 'inherit' });
  return status === 0;
}
