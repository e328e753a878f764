import { build } from 'esbuild';
import { fromRoot } from './from-root.mjs';

/** The least that a function with a job is: one step, no store, nothing injected. */
const job = `
  import { createHandler, LongRunning, State, Step, Terminate } from './dist/index.js';
  class Count {
    left = 3;
    countDown() { this.left -= 1; }
    isDone() { return this.left === 0; }
  }
  State()(Count.prototype, 'left');
  Step()(Count.prototype, 'countDown', Object.getOwnPropertyDescriptor(Count.prototype, 'countDown'));
  Terminate()(Count.prototype, 'isDone', Object.getOwnPropertyDescriptor(Count.prototype, 'isDone'));
  LongRunning({ name: 'count', safeMs: 60_000, intervalMs: 5_000 })(Count);
  export const handler = createHandler(Count);`;

/** What the job's entry is called among esbuild's outputs. */
export const minimalEntry = '<stdin>';

/** Bundles a minimal job over dist/ as docs/deploy.md advises: minified ESM, the newest ESM of packages first, the AWS SDK external. */
export function bundleMinimalJob(options) {
  return build({
    stdin: { contents: job, resolveDir: fromRoot(), loader: 'js' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['es2015', 'module', 'main'],
    target: 'node20',
    external: ['@aws-sdk/*'],
    metafile: true,
    outdir: 'bundle',
    absWorkingDir: fromRoot(),
    write: false,
    ...options,
  });
}
