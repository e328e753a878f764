// Prints what becomes of an execution when any of its outbound calls fails in any way. Run: npm run faults
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from 'esbuild';
import { fromRoot } from './lib/from-root.mjs';

// Beside the job that it reads, which is bundled when the function is created.
const outfile = fromRoot('test/integration/faults/.print-faults.cjs');
await build({
  entryPoints: [fromRoot('test/integration/faults/print-faults.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  packages: 'external',
});
process.on('exit', () => rmSync(outfile, { force: true }));
createRequire(import.meta.url)(outfile);
