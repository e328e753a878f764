import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { installPackage, runInApp } from './install-package';

const peers = ['@aws-lambda-powertools/metrics', '@opentelemetry/api'];
/** As every bundle in ESM has it that holds the AWS SDK: it calls `require`. */
const withRequire =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
const made = ['made MetricsObserver', 'made TraceObserver'];

describe('lambda-baton/observe, installed', () => {
  let app: string;

  beforeAll(() => {
    app = installPackage();
  });

  afterAll(() => rmSync(app, { recursive: true, force: true }));

  it('lambda-baton/observe, installed, loads without its peers, and names the package when what needs it is used', () => {
    expect(run('observe-alone.mjs')).toEqual([...peers, ...peers].map(describeMissing));
  });

  it.each(['esm', 'cjs'] as const)(
    'lambda-baton/observe, installed, is bundled as %s where its peers are missing',
    (format) => {
      expect(run(bundle(format))).toEqual(expect.arrayContaining([describeMissing(peers[0] ?? '')]));
    },
  );

  describe('beside its peers', () => {
    beforeAll(() => {
      for (const name of peers) {
        const target = join(app, 'node_modules', name);
        mkdirSync(dirname(target), { recursive: true });
        symlinkSync(join(__dirname, '../../node_modules', name), target);
      }
    });

    it('lambda-baton/observe, installed beside its peers, finds them from ESM and CJS', () => {
      expect(run('observe-alone.mjs')).toEqual([...made, ...made]);
    });

    it.each(['esm', 'cjs'] as const)(
      'lambda-baton/observe, installed beside its peers, takes them into a bundle in %s, which needs nothing beside it',
      (format) => {
        const file = bundle(format);
        const elsewhere = join(app, '..', `bundle-${process.pid}-${format}`);
        mkdirSync(elsewhere, { recursive: true });
        try {
          symlinkSync(join(app, file), join(elsewhere, file));
          const output = runInApp(elsewhere, {}, '--preserve-symlinks-main', '--preserve-symlinks', file);
          expect(JSON.parse(output)).toEqual(made);
        } finally {
          rmSync(elsewhere, { recursive: true, force: true });
        }
      },
    );
  });

  function run(file: string): unknown {
    return JSON.parse(runInApp(app, {}, file));
  }

  /** As users bundle for Lambda. */
  function bundle(format: 'cjs' | 'esm'): string {
    const file = `bundled.${format === 'esm' ? 'mjs' : 'cjs'}`;
    const contents = `import { MetricsObserver, TraceObserver } from 'lambda-baton/observe';
      const answers = [MetricsObserver, TraceObserver].map((Observer) => {
        try { return 'made ' + new Observer().constructor.name; } catch ({ code, message }) { return code + ': ' + message; }
      });
      console.log(JSON.stringify(answers));`;
    const { warnings } = buildSync({
      stdin: { contents, resolveDir: app },
      ...{ outfile: join(app, file), bundle: true, platform: 'node', target: 'node22', format },
      ...(format === 'esm' && { banner: { js: withRequire } }),
      logLevel: 'silent',
    });
    expect(warnings).toEqual([]);
    return file;
  }
});

function describeMissing(name: string): string {
  return `MISSING_PACKAGE: The package ${name} is needed here and cannot be found.\n→ Run npm install ${name}, and bundle again if you bundle.`;
}
