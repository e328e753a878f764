#!/usr/bin/env node
/**
 * Holds the public types to the reports in etc/, so that no change of them goes unnoticed.
 * `npm run check:api -- --update` writes the reports again.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
/** Where this run's reports are. */
const freshReports = 'reports/api/now';
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

for (const folder of ['etc', freshReports]) mkdirSync(fromRoot(folder), { recursive: true });
ensureBuilt();
const changed = Object.entries(reports).filter(([name, types]) => !isAsReported(name, types));
if (changed.length)
  console.error(
    '\n✖ The public types are not those of etc/\n→ When that is meant: npm run check:api -- --update, and say so in CHANGELOG.md',
  );
process.exitCode = changed.length ? 1 : 0;

function isAsReported(name, types) {
  const { errorCount, warningCount } = Extractor.invoke(configure(name, types), {
    localBuild: true,
    messageCallback: quieten,
  });
  const [now, reported] = [`${freshReports}/${name}.api.md`, `etc/${name}.api.md`].map(fromRoot);
  if (isUpdate) writeFileSync(reported, readReport(now));
  const isSame =
    errorCount + warningCount === 0 && existsSync(reported) && readReport(now) === readReport(reported);
  console[isSame ? 'log' : 'error'](
    isSame ? `✔ etc/${name}.api.md` : `✖ diff etc/${name}.api.md ${freshReports}/${name}.api.md`,
  );
  return isSame;
}

/** A report without the lines of files at which something was found: they move with every change elsewhere. */
function readReport(file) {
  return readFileSync(file, 'utf8').replace(/^(\/\/ dist\/[^:]+):\d+:\d+ - /gm, '$1 - ');
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
        reportFolder: fromRoot(freshReports),
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
  if (message.category === 'console') message.logLevel = 'none';
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
