#!/usr/bin/env node
/**
 * Holds the public types to the reports in etc/, so that no change of them goes unnoticed.
 * `npm run check:api -- --update` writes the reports again.
 */
import { mkdirSync } from 'node:fs';
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

const silent = { logLevel: 'none' };
const messages = {
  compilerMessageReporting: { default: { logLevel: 'warning' } },
  extractorMessageReporting: {
    default: { logLevel: 'warning' },
    'ae-missing-release-tag': silent,
    'ae-forgotten-export': { logLevel: 'warning', addToApiReportFile: true },
    'ae-undocumented': silent,
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
  if (message.messageId === 'console-compiler-version-notice' || message.messageId === 'console-preamble')
    message.logLevel = 'none';
}
