import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InvalidDeploymentError } from './invalid-deployment-error';

/** Where the code of the sweeper is: beside this file as it is published, or built from these sources. */
const places = ['./sweeper/', '../../dist/sweeper/'];

/**
 * Finds the directory with the code of the sweeper.
 *
 * @param construct path of the construct in the app
 * @throws InvalidDeploymentError when the package is not whole
 */
export function locateSweeper(construct: string): string {
  const found = places
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((place) => existsSync(`${place}index.mjs`));
  if (found !== undefined) return found;
  const problem =
    'lambda-baton is not installed whole: the code of the sweeper, dist/sweeper/index.mjs, is missing.';
  throw new InvalidDeploymentError(construct, [
    { problem, fix: 'Install lambda-baton again, or set sweep: false.' },
  ]);
}
