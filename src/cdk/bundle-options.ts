import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { BundlingOptions } from 'aws-cdk-lib/aws-lambda-nodejs';

/** Decorators are TypeScript's own; esbuild reads that from a `tsconfig.json`, and is told where there is none. */
const decorated = { '--tsconfig-raw': '{"compilerOptions":{"experimentalDecorators":true}}' };

/** What a runtime that only CloudFormation knows is bundled for: the oldest that is supported. */
const leastTarget = 'node22';

/**
 * How the job is bundled: class names are kept, since they are the identity of jobs without a `name`; the ESM of packages, which is
 * smaller, where they have one; never with Docker.
 *
 * @param isRuntimeKnown whether the CDK can read from the runtime what to bundle for
 */
export function chooseBundling(
  entry: string,
  given: BundlingOptions = {},
  isRuntimeKnown = true,
): BundlingOptions {
  const isTold = given.tsconfig !== undefined || hasTsconfig(dirname(resolve(entry)));
  return {
    keepNames: true,
    sourceMap: true,
    mainFields: ['module', 'main'],
    forceDockerBundling: false,
    ...(isRuntimeKnown ? {} : { target: leastTarget }),
    ...given,
    ...(isTold ? {} : { esbuildArgs: { ...decorated, ...given.esbuildArgs } }),
  };
}

function hasTsconfig(directory: string): boolean {
  if (existsSync(join(directory, 'tsconfig.json'))) return true;
  const parent = dirname(directory);
  return parent !== directory && hasTsconfig(parent);
}
