import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { BundlingOptions } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { JobFault } from '../errors/definition-errors';

/** Finds what keeps a file from being bundled: it is not there, or esbuild is not. Without esbuild the CDK would reach for Docker. */
export function findEntryFaults(entry: string, bundling: BundlingOptions = {}): JobFault[] {
  const faults: JobFault[] = [];
  if (!existsSync(entry))
    faults.push({
      problem: `entry ${entry}: there is no such file.`,
      fix: `Correct the path; it is looked up from ${process.cwd()}.`,
    });
  if (
    bundling.forceDockerBundling !== true &&
    !isInstalled([resolve(entry), join(process.cwd(), 'package.json')])
  )
    faults.push({
      problem: 'esbuild is not installed, and bundles the function.',
      fix: 'Run npm install --save-dev esbuild.',
    });
  return faults;
}

function isInstalled(from: readonly string[]): boolean {
  return from.some((file) => {
    try {
      return createRequire(file).resolve('esbuild') !== '';
    } catch {
      return false;
    }
  });
}
