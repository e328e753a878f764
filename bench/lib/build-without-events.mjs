import { mkdirSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { fromRoot } from '../../scripts/lib/from-root.mjs';

/** What stands for the emitter: nobody is told anything. */
const silence = `export class Emitter {
  isHeard = false;
  about() { return this; }
  emit() {}
  emitUnlogged() {}
  log() {}
  runUnit(facts, run) { return run(); }
  carry() {}
}`;

const leaveOut = {
  name: 'leave-events-out',
  setup({ onLoad }) {
    onLoad({ filter: /observe[\\/]emitter\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const rest = source.replace('export class Emitter ', 'class HeardEmitter ');
      if (rest === source) throw new Error(`${path} has no class Emitter to leave out.`);
      return { contents: `${rest}\n${silence}`, loader: 'ts' };
    });
  },
};

/** Builds the library twice in the same way, once without its events. @returns the two files */
export async function buildWithoutEvents() {
  const folder = fromRoot('node_modules/.cache/bench');
  mkdirSync(folder, { recursive: true });
  const write = async (name, plugins) => {
    const outfile = `${folder}/${name}.mjs`;
    await build({
      entryPoints: [fromRoot('src/index.ts')],
      outfile,
      plugins,
      ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external' },
      logLevel: 'error',
    });
    return outfile;
  };
  return { withEvents: await write('with-events', []), without: await write('without-events', [leaveOut]) };
}
