import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fromRoot } from './from-root.mjs';

/** What npm installs beside lambda-baton: the peers that are not optional. */
const requiredPeers = [
  '@aws-sdk/client-lambda',
  '@aws-sdk/client-sqs',
  'class-validator',
  'reflect-metadata',
  'tsyringe',
];

/** Installs a tarball of this package into a new app that has the required peers beside it and nothing else. */
export function installPacked(tarball, app) {
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }));
  const options = ['--prefer-offline', '--legacy-peer-deps', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', ['install', ...options, tarball], { cwd: app, timeout: 300_000 });
  for (const name of requiredPeers) linkPackage(name, app);
}

/** Puts a package that is installed here into an app. */
export function linkPackage(name, app) {
  const target = join(app, 'node_modules', name);
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(fromRoot(`node_modules/${name}`), target);
}
