import { existsSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { LocalLambdaError } from './local-lambda-error';

/** Finds an optional package's directory by walking up from each of the places where a user may have installed it. */
export function findPackage(name: string, searchFrom: readonly string[]): string {
  const places = [...searchFrom, process.cwd(), dirname(process.argv[1] ?? '.')];
  for (const place of places) {
    const found = ancestors(resolve(place))
      .map((directory) => join(directory, 'node_modules', name))
      .find((directory) => existsSync(join(directory, 'package.json')));
    if (found !== undefined) return found;
  }
  throw new LocalLambdaError(name, {
    problem: `The local Lambda needs the package ${name}, which is not installed where ${resolve(places[0] ?? '.')} can find it.`,
    fix: `Run npm install --save-dev --ignore-scripts ${name}`,
  });
}

function ancestors(directory: string): string[] {
  const parent = dirname(directory);
  return parent === directory ? [directory] : [directory, ...ancestors(parent)];
}

/** Loads an optional CommonJS package from where the user installed it. */
export function loadPackage<Exports>(name: string, searchFrom: readonly string[] = []): Exports {
  const directory = findPackage(name, searchFrom);
  return createRequire(join(directory, 'package.json'))(directory) as Exports;
}

/** Lets code that was moved to another directory find the packages it found before: links the nearest `node_modules`. */
export function linkNodeModules(from: string, to: string): void {
  const nearest = nearestNodeModules(from);
  const link = join(to, 'node_modules');
  if (nearest !== undefined && !existsSync(link)) symlinkSync(nearest, link, 'junction');
}

function nearestNodeModules(directory: string): string | undefined {
  const candidate = join(directory, 'node_modules');
  if (existsSync(candidate)) return candidate;
  const parent = dirname(directory);
  return parent === directory ? undefined : nearestNodeModules(parent);
}
