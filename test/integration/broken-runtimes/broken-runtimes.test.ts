import { accessSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import type { Exploration } from '../../../src/testing';

/** Inside the repository, so that what is external resolves. */
const folder = join(__dirname, '../../../node_modules/.cache/lambda-baton');

/** Changes to make in one file of src: what stands there, and what stands there instead. */
type Patch = Readonly<Record<string, readonly (readonly [string, string])[]>>;

const restoreBeforeConstructor: Patch = {
  'runtime/invocation/invocation.ts': [
    ['    job.restore(values);', '    job.restore(values); job.initialise();'],
  ],
  'runtime/step/live-job.ts': [
    [
      '  #renew(): void {',
      '  initialise() { Object.assign(this.#instance, this.#construct()); }\n  #renew(): void {',
    ],
  ],
};

const checkpointing =
  '  await invocation.journal?.handOff(nameHandedOver(next, bytes), invocation.checkpoint, delaySeconds > 0);\n';
const continuationBeforeCheckpoint: Patch = {
  'runtime/invocation/run-invocation.ts': [
    [checkpointing, ''],
    ['  tellHandedOver(invocation,', `${checkpointing}  tellHandedOver(invocation,`],
  ],
};

/** Bundles the attack with a copy of the runtime in which something is broken; src itself is not touched. */
async function attackBroken(
  name: string,
  patch: Patch,
  { hasFence = true, maxRuns = 500 } = {},
): Promise<Exploration> {
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `broken-${name}-${process.pid}.cjs`);
  const tsconfigRaw = { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: true } };
  const entryPoints = [join(__dirname, 'attack.ts')];
  const external = ['reflect-metadata', 'tsyringe', 'class-validator', 'nanotimer', '@aws-sdk/*'];
  const plugins = [breakRuntime(patch)];
  await build({
    entryPoints,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external,
    tsconfigRaw,
    plugins,
  });
  try {
    return await (require(outfile) as typeof import('./attack')).attack(hasFence, maxRuns);
  } finally {
    rmSync(outfile);
  }
}

function breakRuntime(patch: Patch): Plugin {
  for (const file of Object.keys(patch)) accessSync(join(__dirname, '../../../src', file));
  return {
    name: 'break-runtime',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const file = Object.keys(patch).find((one) => path.endsWith(`/src/${one}`));
        return file === undefined
          ? undefined
          : { contents: change(file, readFileSync(path, 'utf8'), patch[file] ?? []), loader: 'ts' };
      });
    },
  };
}

function change(file: string, text: string, changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((current, [from, to]) => {
    if (!current.includes(from))
      throw new Error(`${file} has no ${JSON.stringify(from)} any more: bring the patch up to date.`);
    return current.replace(from, to);
  }, text);
}

/** Each test bundles the runtime and runs it hundreds of times. */
jest.setTimeout(120_000);

describe('the kit', () => {
  it('finds nothing wrong with the runtime as it is', async () => {
    expect((await attackBroken('not', {})).toString()).toContain(' 0 deviations');
  });

  it('catches a store without a fence: a duplicate runs the execution a second time', async () => {
    const { deviations } = await attackBroken('fence', {}, { hasFence: false });
    expect(deviations.map(({ kinds, faults }) => [kinds[0], faults[0]?.fault])).toContainEqual([
      'endings',
      'duplicate',
    ]);
  });

  it('catches a state that is restored before the constructor runs: whatever is handed over is lost', async () => {
    const { baseline } = await attackBroken('restore', restoreBeforeConstructor, { maxRuns: 0 });
    expect(baseline.outcome).not.toBe('completed');
  });

  it('catches a continuation that is sent before the checkpoint: it is taken for a duplicate, and nobody carries the execution on', async () => {
    const { baseline, deviations } = await attackBroken('order', continuationBeforeCheckpoint);
    expect(baseline.outcome).toBe('completed');
    const lost = deviations.filter(({ run }) => run.outcome === 'lost');
    expect(lost.map(({ faults }) => [faults[0]?.fault, faults[0]?.boundary.kind])).toContainEqual([
      'delay',
      'save',
    ]);
  });
});
