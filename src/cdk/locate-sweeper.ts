import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the code of the sweeper is: beside this file as it is published, or built from these sources. */
const places = ['./sweeper/', '../../dist/sweeper/'];

/** Finds the directory with the code of the sweeper. @throws Error when the package is not whole */
export function locateSweeper(): string {
  const found = places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((place) => existsSync(`${place}index.mjs`));
  if (found === undefined) throw new Error('lambda-baton is not installed whole: it has no dist/sweeper/index.mjs.');
  return found;
}
