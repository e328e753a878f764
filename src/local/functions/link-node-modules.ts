import { existsSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

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
