import { execFileSync } from 'node:child_process';

/** The major versions that this package runs on. */
export const supportedNodes = ['20', '22', '24'];

/** The path of a Node binary: this one when it is of the version, else the registry's. Its package fetches it in an install script. */
export function findNode(version) {
  if (process.versions.node.startsWith(`${version}.`)) return process.execPath;
  const npx = [
    '-y',
    '--ignore-scripts=false',
    '--loglevel=error',
    '-p',
    `node@${version}`,
    'node',
    '-p',
    'process.execPath',
  ];
  return execFileSync('npx', npx, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}
