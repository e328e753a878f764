import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(__dirname, '../..');

/** What an app has beside lambda-baton: its peers and nothing else, so that an import of a devDependency fails. */
const peers = ['@aws-sdk/client-lambda', '@aws-sdk/client-sqs', 'class-validator', 'reflect-metadata', 'tsyringe'];

/** Packs the package as for a release and installs the tarball into a new app with the fixtures in it. Returns the app's folder. */
export function installPackage(): string {
  const app = mkdtempSync(join(tmpdir(), 'lambda-baton-app-'));
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }));
  execFileSync('npm', ['install', '--prefer-offline', '--legacy-peer-deps', '--no-audit', '--no-fund', '--loglevel=error', pack(app)], {
    cwd: app,
  });
  for (const peer of peers) link(peer, app);
  cpSync(join(__dirname, 'fixtures'), app, { recursive: true });
  return app;
}

/** Runs a program with this Node in the app and returns what it printed; throws what it printed when it fails. */
export function runInApp(app: string, ...command: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: app,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status !== 0) throw new Error(`node ${command.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}

function pack(folder: string): string {
  const module = JSON.stringify(pathToFileURL(join(root, 'scripts/lib/pack.mjs')));
  const program = `import(${module}).then(({ packInto }) => console.log(packInto(${JSON.stringify(folder)})))`;
  return execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }).trim();
}

function link(peer: string, app: string): void {
  const target = join(app, 'node_modules', peer);
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(join(root, 'node_modules', peer), target);
}
