import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { BundlingOptions, ICommandHooks } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { LongRunningFunctionProps } from './long-running-function-props';
import { readKnown } from './read-props';

type CacheProps = Pick<LongRunningFunctionProps, 'architecture' | 'compileCache' | 'runtime'>;

/** What the cache is called beside the bundle. */
const folderName = '.compile-cache';

/** Copies a folder, and lets everybody read what Node has written for its user alone: on Lambda another one runs the function. */
const copy =
  "const fs = require('node:fs'); const [, from, to] = process.argv; fs.cpSync(from, to, { recursive: true }); for (const name of fs.readdirSync(to, { recursive: true })) fs.chmodSync(to + '/' + name, 0o755)";

/** The folder to ship; undefined without one, and when nothing in it can be for this function. */
export function findCompileCache(props: CacheProps): string | undefined {
  const { compileCache } = props;
  if (compileCache === undefined || !existsSync(compileCache)) return undefined;
  return readdirSync(compileCache).some((name) => mayMatch(name, props)) ? resolve(compileCache) : undefined;
}

/** Node keeps the caches of each of its versions, processors and users in a folder of their own: `v24.4.1-arm64-1a2b3c4d-993`. */
function mayMatch(name: string, { runtime, architecture }: CacheProps): boolean {
  const [, major, processor] = /^v(\d+)\.\d+\.\d+-(\w+)-/.exec(name) ?? [];
  if (major === undefined) return false;
  const wanted = readKnown((runtime ?? Runtime.NODEJS_24_X).name);
  const { name: wantedProcessor } = architecture ?? Architecture.ARM_64;
  return (
    (wanted === undefined || wanted === `nodejs${major}.x`) &&
    processor === (wantedProcessor === 'x86_64' ? 'x64' : wantedProcessor)
  );
}

/** The variable that has Node use it. */
export function describeCompileCache(props: CacheProps): Record<string, string> {
  return findCompileCache(props) === undefined ? {} : { NODE_COMPILE_CACHE: `/var/task/${folderName}` };
}

/** Has the CDK put the cache beside the bundle, after whatever else it does. */
export function withCompileCache(props: CacheProps, bundling: BundlingOptions): BundlingOptions {
  const folder = findCompileCache(props);
  if (folder === undefined) return bundling;
  const { commandHooks: given } = bundling;
  const commandHooks: ICommandHooks = {
    beforeBundling: (from, to) => given?.beforeBundling(from, to) ?? [],
    beforeInstall: (from, to) => given?.beforeInstall(from, to) ?? [],
    afterBundling: (from, to) => [
      ...(given?.afterBundling(from, to) ?? []),
      `node -e "${copy}" "${folder}" "${to}/${folderName}"`,
    ],
  };
  return { ...bundling, commandHooks };
}
