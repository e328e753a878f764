import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformFileSync } from '@swc/core';
import { type BuildOptions, buildSync } from 'esbuild';
import { installPackage, runInApp } from './install-package';

const tsc = require.resolve('typescript/bin/tsc');
const nodeTypes = dirname(dirname(require.resolve('@types/node/package.json')));
const strictTsc = [
  '--strict',
  '--skipLibCheck',
  '--target',
  'es2022',
  '--module',
  'node16',
  '--experimentalDecorators',
  '--emitDecoratorMetadata',
  '--declaration',
  '--typeRoots',
  nodeTypes,
  '--types',
  'node',
];

/** Lambda does not let CJS load ESM, even where Node would. */
const asOnLambda = ['--no-experimental-require-module'];

/** The AWS SDK holds CommonJS, which calls `require`. */
const withRequire =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

const mixedImports = `
import { createRequire } from 'node:module';
import { createHandler } from 'lambda-baton';
const { inject, LongRunning, OnComplete, State, Step, Terminate } = createRequire(import.meta.url)('lambda-baton');`;

const completed = {
  answer: {
    status: 'completed',
    executionId: 'request-1@count-down',
    invocation: 1,
    result: { entries: ['test 3', 'test 2', 'test 1'], seen: ['cycle 1', 'cycle 2', 'cycle 3'] },
  },
  declaredParameters: 2,
  awsFilesLoaded: 0,
};

describe('the packed package, installed beside its peers', () => {
  let app: string;
  let root: string;

  beforeAll(() => {
    app = installPackage();
    root = join(app, 'node_modules/lambda-baton');
  });

  afterAll(() => rmSync(app, { recursive: true, force: true }));

  describe.each(['job.mjs', 'job.cjs'])('with no compiler, in %s', (job) => {
    it('The packed package, without a compiler, completes a job', () =>
      expect(invoke(job)).toEqual(completed));
  });

  describe.each([
    { format: 'ESM', type: 'module' },
    { format: 'CJS', type: 'commonjs' },
  ])('with tsc and emitted metadata, as $format', ({ type }) => {
    const folder = `tsc-${type}`;

    beforeAll(() => {
      writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', type }));
      runInApp(app, {}, tsc, ...strictTsc, '--outDir', folder, 'job.ts');
      writeFileSync(join(app, folder, 'package.json'), JSON.stringify({ type }));
    });

    it('The packed package, compiled by tsc with emitted metadata, types and completes a job', () =>
      expect(invoke(`${folder}/job.js`)).toEqual(completed));
  });

  describe('with swc and emitted metadata', () => {
    it('The packed package, compiled by swc with emitted metadata, completes a job', () => {
      const { code } = transformFileSync(join(app, 'job.ts'), {
        swcrc: false,
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2022',
        },
        module: { type: 'es6' },
      });
      writeFileSync(join(app, 'swc.mjs'), code);
      expect(code).toContain('design:paramtypes');
      expect(invoke('swc.mjs')).toEqual(completed);
    });
  });

  describe.each<[string, BuildOptions & { outfile: string }]>([
    ['ESM', { format: 'esm', outfile: 'esbuild.mjs' }],
    ['minified ESM', { format: 'esm', minify: true, outfile: 'esbuild-min.mjs' }],
    ['minified CJS', { format: 'cjs', minify: true, outfile: 'esbuild-min.cjs' }],
  ])('bundled by esbuild without metadata, as %s', (_, options) => {
    it('The packed package, bundled by esbuild without metadata, completes a job', () => {
      bundle(options);
      expect(invoke(options.outfile)).toEqual(completed);
    });
  });

  describe.each(['esm', 'cjs'] as const)(
    'bundled whole by esbuild as %s, without the optional peers',
    (format) => {
      const outfile = `whole.${format === 'esm' ? 'mjs' : 'cjs'}`;
      let warnings: string[];

      beforeAll(() => {
        warnings = bundle({
          format,
          outfile,
          external: [],
          logLevel: 'silent',
          banner: { js: format === 'esm' ? withRequire : '' },
        });
      });

      it('A whole bundle without the optional peers is warned about them, and completes', () => {
        expect(warnings.every((text) => /client-(dynamodb|s3)/.test(text))).toBe(true);
        expect(invoke(outfile)).toEqual({ ...completed, awsFilesLoaded: 0 });
      });

      it.each([
        ['DynamoDB', { BATON_TABLE: 'jobs' }, '@aws-sdk/client-dynamodb'],
        ['S3', { BATON_BUCKET: 'jobs' }, '@aws-sdk/client-s3'],
      ])(
        'A whole bundle without the optional peers names the package to install when its store is on %s',
        (_, environment, name) => {
          expect(() => invoke(outfile, environment)).toThrow(`npm install ${name}`);
          expect(() => invoke(outfile, environment)).toThrow(/MISSING_PACKAGE/);
        },
      );
    },
  );

  describe('a class that a bundler has renamed', () => {
    it('A class that a bundler has renamed is refused when another one in the bundle has its name', () => {
      const source = readFileSync(join(app, 'job.ts'), 'utf8').replace("name: 'count-down', ", '');
      writeFileSync(join(app, 'hoisted.ts'), source);
      writeFileSync(join(app, 'other.ts'), 'export class CountDown { static kind = 1; }');
      const contents =
        "import { CountDown } from './other'; import { handler } from './hoisted'; console.log(CountDown.kind); export { handler };";
      bundle({
        entryPoints: [],
        stdin: { contents, resolveDir: app },
        format: 'esm',
        outfile: 'hoisted.mjs',
      });
      expect(() => invoke('hoisted.mjs')).toThrow('class CountDown2: the class name ends in a number');
    });

    it('A class that a bundler has renamed is refused when a minifier did it and the job has no name of its own', () => {
      const source = readFileSync(join(app, 'job.ts'), 'utf8').replace("name: 'count-down', ", '');
      writeFileSync(join(app, 'nameless.ts'), source);
      bundle({ entryPoints: ['nameless.ts'], format: 'esm', minify: true, outfile: 'nameless.mjs' });
      expect(() => invoke('nameless.mjs')).toThrow(/INVALID_JOB/);
    });
  });

  describe('a job that was declared with the CJS copy', () => {
    it('A job that was declared with the CJS copy completes under the handler of the ESM copy', () => {
      const source = readFileSync(join(app, 'job.mjs'), 'utf8');
      writeFileSync(
        join(app, 'mixed.mjs'),
        `${source}\n`.replace(/^import .* from 'lambda-baton';/, mixedImports),
      );
      expect(invoke('mixed.mjs')).toEqual(completed);
    });
  });

  describe('the command baton', () => {
    it('The command baton says its version', () => {
      const { version } = JSON.parse(
        readFileSync(join(app, 'node_modules/lambda-baton/package.json'), 'utf8'),
      );
      expect(runInApp(app, {}, 'node_modules/.bin/baton', '--version').trim()).toBe(version);
    });
  });

  describe('the tarball', () => {
    let files: string[];

    beforeAll(() => {
      files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
        statSync(join(root, name)).isFile(),
      );
    });

    it('The tarball holds what is built, what is to be read, and nothing else', () => {
      const allowed =
        /^(CHANGELOG\.md|CONTRIBUTING\.md|LICENSE|README\.md|bench\/README\.md|bench\/results\/durable-functions\.svg|package\.json)$|^(dist|docs)\/|^samples\/(backfill-warehouse|deploy|starter)\//;
      expect(files.filter((name) => !allowed.test(name))).toEqual([]);
      expect(files).toEqual(
        expect.arrayContaining(['LICENSE', 'dist/licenses/devalue.txt', 'dist/sweeper/index.mjs']),
      );
    });

    it('The tarball holds every file that a page in it links to', () => {
      const pages = files.filter((name) => name.endsWith('.md'));
      expect(pages).toEqual(
        expect.arrayContaining(['README.md', 'CHANGELOG.md', 'docs/errors.md', 'docs/guide.md']),
      );
      expect(pages.flatMap(findBrokenLinks)).toEqual([]);
    });

    it('The tarball is checked before it is published, and names no repository that may not be there', () => {
      const { scripts, repository, bugs, homepage } = JSON.parse(
        readFileSync(join(root, 'package.json'), 'utf8'),
      );
      expect(scripts.prepublishOnly).toBe('npm run verify:quick && npm run check:package');
      expect(scripts['verify:quick']).toMatch(/ build check:api /);
      expect([repository, bugs, homepage]).toEqual([undefined, undefined, undefined]);
    });
  });

  /** The relative links of a page that lead nowhere in the tarball. */
  function findBrokenLinks(page: string): string[] {
    const links = [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
      ([, target = '']) => target,
    );
    return links
      .filter((target) => !existsSync(join(root, dirname(page), target)))
      .map((target) => `${page} → ${target}`);
  }

  /** Runs the job of a file once in a process of its own. */
  function invoke(file: string, environment = {}): unknown {
    const [last = ''] = runInApp(app, environment, ...asOnLambda, 'invoke.mjs', file)
      .trim()
      .split('\n')
      .slice(-1);
    return JSON.parse(last);
  }

  /** Bundles the job, and returns what it was warned about. */
  function bundle(options: BuildOptions): string[] {
    const tsconfigRaw = { compilerOptions: { experimentalDecorators: true } };
    const { warnings } = buildSync({
      absWorkingDir: app,
      entryPoints: ['job.ts'],
      bundle: true,
      platform: 'node',
      target: 'node20',
      external: ['@aws-sdk/*'],
      tsconfigRaw,
      ...options,
    });
    return warnings.map(({ text }) => text);
  }
});
