#!/usr/bin/env node
/**
 * Holds the public types to the reports in etc/, so that no change of them goes unnoticed.
 * `npm run check:api -- --update` writes the reports again.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { ensureBuilt } from './lib/ensure-built.mjs';
import { fromRoot } from './lib/from-root.mjs';

const reports = {
  'lambda-baton': 'dist/index.d.ts',
  'lambda-baton-local': 'dist/local.d.ts',
  'lambda-baton-testing': 'dist/testing.d.ts',
  'lambda-baton-cdk': 'dist/cdk.d.ts',
  'lambda-baton-observe': 'dist/observe.d.ts',
};
const isUpdate = process.argv.includes('--update');

/** What every error says of itself, and what a class has from the interface that it is one of, which says what it is. */
const inherited = new Set(
  'name code retryable load save list every once next on around carry debug info warn error send prepare'.split(
    ' ',
  ),
);

const silent = { logLevel: 'none' };
const messages = {
  compilerMessageReporting: { default: { logLevel: 'warning' } },
  extractorMessageReporting: {
    default: { logLevel: 'warning' },
    'ae-missing-release-tag': silent,
    'ae-forgotten-export': { logLevel: 'warning', addToApiReportFile: true },
    'ae-undocumented': { logLevel: 'warning' },
    // Links are looked at by `docs`, which knows all entries.
    'ae-unresolved-link': silent,
  },
  tsdocMessageReporting: { default: silent },
};

mkdirSync(fromRoot('etc'), { recursive: true });
ensureBuilt();
const changed = Object.entries(reports).filter(([name, types]) => !isAsReported(name, types));
if (changed.length)
  console.error(
    '\n✖ The public types are not those of etc/\n→ When that is meant: npm run check:api -- --update, and say so in CHANGELOG.md',
  );
process.exitCode = changed.length ? 1 : 0;

function isAsReported(name, types) {
  const { succeeded, apiReportChanged } = Extractor.invoke(configure(name, types), {
    localBuild: isUpdate,
    messageCallback: quieten,
  });
  const isSame = succeeded && (isUpdate || !apiReportChanged);
  if (isSame) console.log(`✔ etc/${name}.api.md`);
  return isSame;
}

function configure(name, types) {
  return ExtractorConfig.prepare({
    configObjectFullPath: fromRoot('api-extractor.json'),
    packageJsonFullPath: fromRoot('package.json'),
    configObject: {
      projectFolder: fromRoot(),
      mainEntryPointFilePath: fromRoot(types),
      compiler: { tsconfigFilePath: fromRoot('tsconfig.build.json') },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: fromRoot('etc'),
        reportTempFolder: fromRoot('reports/api'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      messages,
    },
  });
}

/** Leaves out what says nothing about the types. */
function quieten(message) {
  if (message.messageId === 'ae-undocumented' && isInherited(message)) message.logLevel = 'none';
  if (message.messageId === 'console-compiler-version-notice' || message.messageId === 'console-preamble')
    message.logLevel = 'none';
}

function isInherited({ text, sourceFilePath, sourceFileLine }) {
  const [, member] = /for "(.+)"/.exec(text) ?? [];
  if (/^\[Symbol\./.test(member ?? '')) return true;
  const lines = readFileSync(sourceFilePath, 'utf8').split('\n').slice(0, sourceFileLine);
  const owner = lines.findLast((line) =>
    /^(export )?(declare )?(abstract )?(class|interface|type) /.test(line),
  );
  return inherited.has(member) && /\bclass\b/.test(owner ?? '');
}
