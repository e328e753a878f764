import { fileURLToPath } from 'node:url';

/** The absolute path of a file of this repository. */
export function fromRoot(relative = '') {
  return fileURLToPath(new URL(`../../${relative}`, import.meta.url));
}
