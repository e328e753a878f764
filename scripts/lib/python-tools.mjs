/** Tools from PyPI, in an environment of their own below node_modules: nothing is installed beside the project. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromRoot } from './from-root.mjs';

/** A check that lacks a tool which npm does not have ends with this: it counts neither way. */
export const notRun = 77;

/**
 * Installs packages, each pinned, unless they are there from an earlier run.
 *
 * @param name - of the environment
 * @returns where its programs are; undefined when they cannot be had, which was said then
 */
export function installPython(name, packages) {
  const folder = fromRoot(`node_modules/.cache/lambda-baton/${name}`);
  const stamp = join(folder, 'installed.txt');
  const bin = join(folder, 'bin');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === packages.join('\n')) return bin;
  mkdirSync(folder, { recursive: true });
  const isInstalled =
    run('python3', ['-m', 'venv', folder]) &&
    run(join(bin, 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]);
  if (!isInstalled) {
    console.error(
      `– not run: it needs Python 3 with venv and pip, and ${packages.join(', ')} from PyPI\n→ apt-get install python3-venv`,
    );
    return undefined;
  }
  writeFileSync(stamp, packages.join('\n'));
  return bin;
}

function run(command, args) {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 600_000 });
  if (status !== 0) console.error(error?.message ?? stderr.trim().split('\n').slice(-3).join('\n'));
  return status === 0;
}
