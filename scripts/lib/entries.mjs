import { fromRoot } from './from-root.mjs';

/** The entry points: the name in dist/ and the source it is built from. */
const sources = {
  index: 'src/index.ts',
  local: 'src/local/index.ts',
  testing: 'src/testing/index.ts',
  cdk: 'src/cdk/index.ts',
  observe: 'src/observe/index.ts',
  baton: 'src/cli/baton.ts',
};

/** The entry points with absolute paths. */
export function readEntries() {
  return Object.fromEntries(Object.entries(sources).map(([name, source]) => [name, fromRoot(source)]));
}
