import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { BundlingOptions } from 'aws-cdk-lib/aws-lambda-nodejs';

/** Decorators are TypeScript's own; esbuild reads that from a `tsconfig.json`, and is told where there is none. */
const decorated = { '--tsconfig-raw': '{"compilerOptions":{"experimentalDecorators":true}}' };

/** How the job is bundled: class names are kept, since they are the identity of jobs without a `name`; never with Docker. */
export function chooseBundling(entry: string, given: BundlingOptions = {}): BundlingOptions {
  const isTold = given.tsconfig !== undefined || hasTsconfig(dirname(resolve(entry)));
  return {
    keepNames: true,
    sourceMap: true,
    forceDockerBundling: false,
    ...given,
    ...(isTold ? {} : { esbuildArgs: { ...decorated, ...given.esbuildArgs } }),
  };
}

function hasTsconfig(directory: string): boolean {
  if (existsSync(join(directory, 'tsconfig.json'))) return true;
  const parent = dirname(directory);
  return parent !== directory && hasTsconfig(parent);
}
