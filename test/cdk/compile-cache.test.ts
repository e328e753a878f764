import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LongRunningFunction, type LongRunningFunctionProps } from 'lambda-baton/cdk';
import { ensureBuilt } from '../helpers/ensure-built';
import { CountingJob } from './fixtures/counting-job';
import { createConstruct, entry, synthesize } from './synthesize';

jest.setTimeout(120_000);

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'compile-cache-test-'));
  folders.push(folder);
  return folder;
}

/** A cache as Node leaves it: for its own version, processor and user, readable by that user alone. */
function makeCache(name: string): string {
  const compileCache = join(makeFolder(), 'a cache');
  mkdirSync(join(compileCache, name), { recursive: true });
  writeFileSync(join(compileCache, name, 'b38a825e'), 'compiled', { mode: 0o600 });
  return compileCache;
}

function readVariable(props: Partial<LongRunningFunctionProps>): unknown {
  const functions = synthesize(props).findResources('AWS::Lambda::Function');
  return Object.values(functions)
    .map(({ Properties }) => Properties.Environment?.Variables?.NODE_COMPILE_CACHE)
    .find((value) => value !== undefined);
}

describe('compileCache of LongRunningFunction', () => {
  it('compileCache of LongRunningFunction is shipped beside the bundle, for every user to read, and named to Node; hooks of the user run before', () => {
    ensureBuilt();
    const compileCache = makeCache('v24.4.1-arm64-1a2b3c4d-993');
    const app = new App({ outdir: join(makeFolder(), 'cdk.out') });
    const stack = new Stack(app, 'Jobs');
    new LongRunningFunction(stack, 'Count', {
      entry,
      job: CountingJob,
      sweep: false,
      compileCache,
      bundling: {
        commandHooks: {
          beforeBundling: () => [],
          beforeInstall: () => [],
          afterBundling: (_from, to) => [
            `node -e "require('node:fs').writeFileSync(process.argv[1], '')" "${to}/mine"`,
          ],
        },
      },
    });
    app.synth();
    const resource = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function'))[0];
    expect(resource?.Properties.Environment.Variables.NODE_COMPILE_CACHE).toBe('/var/task/.compile-cache');
    const [asset = ''] = readdirSync(app.outdir).filter((name) =>
      statSync(join(app.outdir, name)).isDirectory(),
    );
    const shipped = join(app.outdir, asset, '.compile-cache/v24.4.1-arm64-1a2b3c4d-993/b38a825e');
    expect(readFileSync(shipped, 'utf8')).toBe('compiled');
    expect(statSync(shipped).mode & 0o004).toBe(0o004);
    expect(readFileSync(join(app.outdir, asset, 'mine'), 'utf8')).toBe('');
  });

  it.each<[string, Partial<LongRunningFunctionProps>]>([
    ['v24.4.1-arm64-1a2b3c4d-993', {}],
    ['v22.23.3-x64-9ac5647c-993', { runtime: Runtime.NODEJS_22_X, architecture: Architecture.X86_64 }],
  ])(
    'compileCache of LongRunningFunction is used for the Node and the processor that it is of: %s',
    (name, props) => {
      expect(readVariable({ ...props, compileCache: makeCache(name) })).toBe('/var/task/.compile-cache');
    },
  );

  it.each([
    ['another major version', makeCache('v22.23.3-arm64-9ac5647c-993')],
    ['another processor', makeCache('v24.4.1-x64-1a2b3c4d-993')],
    ['what Node has not made', makeCache('notes')],
    ['no folder yet', '/nowhere/compile-cache'],
  ])(
    'compileCache of LongRunningFunction is left out with a warning when it cannot match: %s',
    (_what, compileCache) => {
      expect(readVariable({ compileCache })).toBeUndefined();
      const { stack } = createConstruct({ compileCache });
      expect(
        Annotations.fromStack(stack)
          .findWarning('*', Match.anyValue())
          .map(({ entry: { data } }) => data),
      ).toEqual([
        `compileCache ${compileCache} has nothing for this function's Node and processor, so it is left out. → Fill it, as docs/deploy.md says. [ack: lambda-baton:compile-cache]`,
      ]);
    },
  );
});
