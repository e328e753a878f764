import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

/** Inside the repository, so that what is external resolves. */
const folder = join(__dirname, '../../node_modules/.cache/lambda-baton');

/** Bundles a fixture for a process of its own, as most Lambda users do. Answers the bundle's path. */
export async function bundleFixture(entry: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `${basename(entry, '.ts')}-${process.pid}.cjs`);
  const tsconfigRaw = { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: true } };
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    tsconfigRaw,
  });
  return outfile;
}
