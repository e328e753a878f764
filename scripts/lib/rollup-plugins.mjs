import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { fromRoot } from './from-root.mjs';

/** Packages whose code becomes part of ours: ESM only, so that CJS users could not load them. */
const inlined = ['devalue'];

/** Packages that become part of the command line, which is only ever run as it is: users install none of them. */
const commandLineLibraries = ['commander', 'log-update', 'string-width', 'wrap-ansi'];

/** What was taken from other packages, with the directory of each: their licences travel with it. */
export const inlinedDirectories = new Map(inlined.map((name) => [name, fromRoot(`node_modules/${name}`)]));

const manifest = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8'));
const installedByUsers = new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }));

/** Resolves imports without an extension to their `.ts` file, and refuses every package that users would not have. */
export function resolveSource() {
  return {
    name: 'resolve-source',
    resolveId(specifier, importer) {
      if (!importer || specifier.startsWith('/')) return null;
      if (specifier.startsWith('.')) return findSource(resolve(dirname(importer), specifier));
      if (inlined.includes(specifier)) return fileURLToPath(import.meta.resolve(specifier));
      assertInstalled(specifier, importer);
      return { id: specifier, external: true };
    },
  };
}

/** Takes a library of the command line in as one ES module, whatever it is written as, with all that it needs. */
export function inlineLibraries() {
  const prefix = '\0library:';
  return {
    name: 'inline-libraries',
    resolveId: (specifier) => (commandLineLibraries.includes(specifier) ? `${prefix}${specifier}` : null),
    async load(id) {
      if (!id.startsWith(prefix)) return null;
      const name = id.slice(prefix.length);
      const { outputFiles, metafile } = await build({
        stdin: { contents: exportAll(name), resolveDir: fromRoot() },
        bundle: true,
        format: 'esm',
        platform: 'node',
        target: 'node20',
        external: commandLineLibraries.filter((other) => other !== name),
        banner: { js: requireOfNode },
        metafile: true,
        write: false,
      });
      for (const file of Object.keys(metafile.inputs)) rememberPackage(file);
      return outputFiles[0].text;
    },
  };
}

/** A default export is not among what `*` stands for. */
function exportAll(name) {
  return name === 'commander'
    ? `export * from '${name}';`
    : `export * from '${name}'; export { default } from '${name}';`;
}

/** What is written as CommonJS asks for Node's own modules by `require`. */
const requireOfNode =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);";

function rememberPackage(file) {
  const [directory, name] = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? [];
  if (name !== undefined) inlinedDirectories.set(name, fromRoot(directory));
}

/** Turns TypeScript into the JavaScript of Node 20, legacy decorators included. */
export function stripTypes() {
  return {
    name: 'strip-types',
    async transform(code, id) {
      if (!id.endsWith('.ts')) return null;
      const { code: javascript, map } = await transform(code, {
        loader: 'ts',
        target: 'node20',
        sourcefile: id,
        sourcemap: 'external',
        tsconfigRaw,
      });
      return { code: javascript, map };
    },
  };
}

/** Gives CJS the `import.meta.url` of Node, without the branch for browsers. */
export function locateFiles() {
  return {
    name: 'locate-files',
    resolveImportMeta(property, { format }) {
      return format === 'cjs' && property === 'url'
        ? "require('node:url').pathToFileURL(__filename).href"
        : null;
    },
  };
}

const tsconfigRaw = {
  compilerOptions: {
    experimentalDecorators: true,
    useDefineForClassFields: true,
    verbatimModuleSyntax: true,
  },
};

function findSource(path) {
  return (
    [path, `${path}.ts`, `${path}/index.ts`].find(
      (candidate) => /\.\w+$/.test(candidate) && existsSync(candidate),
    ) ?? null
  );
}

function assertInstalled(specifier, importer) {
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return;
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  if (!installedByUsers.has(name))
    throw new Error(
      `${importer} imports ${name}, which is neither a dependency nor a peer: users would not have it.`,
    );
}
