import { accessSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import type { Exploration } from '../../../src/testing';
import type { Scene } from './sleeper-scenarios';

type Scenes = typeof import('./sleeper-scenarios');

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
  '  await invocation.journal?.handOff(nameHandedOver(next, bytes, isDelayed), invocation.checkpoint, isDelayed);\n';
const continuationBeforeCheckpoint: Patch = {
  'runtime/invocation/run-invocation.ts': [
    [checkpointing, ''],
    ['  tellHandedOver(invocation,', `${checkpointing}  tellHandedOver(invocation,`],
  ],
};

/** Bundles the attack with a copy of the runtime in which something is broken; src itself is not touched. */
function attackBroken(
  name: string,
  patch: Patch,
  { hasFence = true, maxRuns = 500 } = {},
): Promise<Exploration> {
  return withBroken(name, patch, 'attack.ts', (module) =>
    (module as typeof import('./attack')).attack(hasFence, maxRuns),
  );
}

/** Plays a scene with a copy of the runtime in which something is broken. */
function play(scene: keyof Scenes, patch: Patch): Promise<Scene> {
  const name = `${scene}-${Object.keys(patch).length > 0 ? 'broken' : 'sound'}`;
  return withBroken(name, patch, 'sleeper-scenarios.ts', (module) => (module as Scenes)[scene]());
}

async function withBroken<Answer>(
  name: string,
  patch: Patch,
  entry: string,
  use: (module: unknown) => Promise<Answer>,
): Promise<Answer> {
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `broken-${name}-${process.pid}.cjs`);
  const tsconfigRaw = { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: true } };
  const entryPoints = [join(__dirname, entry)];
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
    supported: { 'dynamic-import': false },
    tsconfigRaw,
    plugins,
  });
  try {
    return await use(require(outfile));
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

describe('the kit', () => {
  it('The kit finds nothing wrong with the runtime as it is', async () => {
    expect((await attackBroken('not', {})).toString()).toContain(' 0 deviations');
  });

  it('The kit catches a store without a fence: a duplicate runs the execution a second time', async () => {
    const { deviations } = await attackBroken('fence', {}, { hasFence: false });
    expect(deviations.map(({ kinds, faults }) => [kinds[0], faults[0]?.fault])).toContainEqual([
      'endings',
      'duplicate',
    ]);
  });

  it('The kit catches a state that is restored before the constructor runs: whatever is handed over is lost', async () => {
    const { baseline } = await attackBroken('restore', restoreBeforeConstructor, { maxRuns: 0 });
    expect(baseline.outcome).not.toBe('completed');
  });

  it('The kit catches a continuation that is sent before the checkpoint: it is taken for a duplicate, and nobody carries the execution on', async () => {
    const { baseline, deviations } = await attackBroken('order', continuationBeforeCheckpoint);
    expect(baseline.outcome).toBe('completed');
    const lost = deviations.filter(({ run }) => run.outcome === 'lost');
    expect(lost.map(({ faults }) => [faults[0]?.fault, faults[0]?.boundary.kind])).toContainEqual([
      'delay',
      'save',
    ]);
  });
});

const factsBeforeFlag: Patch = {
  'runtime/checkpoint/journal.ts': [
    [
      'if (this.#writer.isFlagRaised) await this.confirm(execution, state);\n    await this.#writer.readFacts(read);',
      'await read();\n    if (this.#writer.isFlagRaised) await this.confirm(execution, state);\n    await this.#writer.readFacts(async () => {});',
    ],
  ],
};

const factsFromList: Patch = {
  'runtime/among/inbox.ts': [
    ['slots.map((slot) => readSlot(', 'slots.map((slot) => readListed('],
    [
      '/** Says in the signal which place',
      `async function readListed({ store, checksum, digest }: InboxTools, executionId: string, slot: number) {
  const id = nameInboxSlot(executionId, slot, digest);
  const stored = (await store.list({ limit: 1000 })).find((one) => one.executionId === id);
  return stored && readFact<InboxEntry>(stored.head, checksum);
}
/** Says in the signal which place`,
    ],
  ],
};

const revokedSleep: Patch = {
  'runtime/core/record/claim.ts': [
    [
      "return isOwn ? { kind: 'send-again' } : late;",
      "return isOwn ? { kind: 'claim', invocation: record.invocation, hasDied: false } : late;",
    ],
  ],
};

const sleepInProcess: Patch = {
  'runtime/invocation/run-invocation.ts': [
    [
      "if ('answer' in sleeping) return sleeping.answer;",
      "if ('answer' in sleeping) {\n            await sleep(invocation, decision.delaySeconds * 1000);\n            decision = undefined;\n            break;\n          }",
    ],
  ],
};

const namedTimer: Patch = {
  'runtime/invocation/fall-asleep.ts': [
    [
      'const body = writeTimer(next);',
      "const continuation = describeContinuation(plan, next, invocation.input, plan.version);\n  const body = writeEnvelope({ continuation, state: { kind: 'stored', text: '' } }, collaborators.seal);",
    ],
    [
      'import {',
      "import { describeContinuation } from '../core/message/continuation';\nimport { writeEnvelope } from '../core/message/envelope';\nimport {",
    ],
  ],
};

const droppedDuplicate: Patch = {
  'runtime/delivery/run-delivery.ts': [
    ['const { owner, leaseUntilMs: notBeforeMs } = live;', 'return false;'],
  ],
};

/** The rules of sleeping and waking: each is taken out, and what it is for goes wrong. */
const sleepers: readonly (readonly [
  title: string,
  scene: keyof Scenes,
  patch: Patch,
  lost: Partial<Scene>,
])[] = [
  ['a flag cleared after the facts were read', 'sendWhileReading', factsBeforeFlag, { status: 'waiting' }],
  ['facts found by a list that lags', 'sendWhileAsleep', factsFromList, { status: 'waiting' }],
  ['a sleep that is revoked', 'repeatAfterSleep', revokedSleep, { status: 'running' }],
  [
    'an owner that goes on in process after its sleep was written',
    'waitInVain',
    sleepInProcess,
    { notes: ['second', 'resumed', 'second'] },
  ],
  [
    'a timer that names an invocation',
    'waitInVainForLong',
    namedTimer,
    { notes: ['resumed', 'resumed', 'resumed', 'resumed', 'second'] },
  ],
  ['a duplicate acknowledged within the lease', 'dieAfterDuplicate', droppedDuplicate, { status: 'running' }],
];

describe('a sleeper', () => {
  it.each(sleepers)('A sleeper is harmed by %s', async (_title, scene, patch, lost) => {
    const sound = await play(scene, {});
    expect(sound.status).toBe('completed');
    expect(sound.notes.filter((note) => note === 'second')).toEqual(['second']);
    expect(await play(scene, patch)).toMatchObject(lost);
  });

  it('A sleeper is woken once for a wait of any length', async () => {
    expect((await play('waitInVainForLong', {})).notes).toEqual(['resumed', 'second']);
  });
});
