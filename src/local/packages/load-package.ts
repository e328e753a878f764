import { createRequire } from 'node:module';
import { join } from 'node:path';
import { findPackage } from './find-package';

/** Loads an optional CommonJS package from where the user installed it. */
export function loadPackage<Exports>(name: string, searchFrom: readonly string[] = []): Exports {
  const directory = findPackage(name, searchFrom);
  return createRequire(join(directory, 'package.json'))(directory) as Exports;
}
