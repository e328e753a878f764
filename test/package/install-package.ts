import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(__dirname, '../..');

/** Packs the package as for a release and installs the tarball into a new app with the fixtures in it. Returns the app's folder. */
export function installPackage(): string {
  const app = mkdtempSync(join(tmpdir(), 'lambda-baton-app-'));
  packAndInstall(app);
  cpSync(join(__dirname, 'fixtures'), app, { recursive: true });
  return app;
}

/** Runs a program with this Node in the app, with these variables besides, and returns what it printed; throws what it printed when it fails. */
export function runInApp(
  app: string,
  environment: Readonly<Record<string, string>>,
  ...command: readonly string[]
): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: app,
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status !== 0) throw new Error(`node ${command.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}

function packAndInstall(app: string): void {
  const [pack, install] = ['pack', 'install-packed'].map((name) =>
    JSON.stringify(pathToFileURL(join(root, `scripts/lib/${name}.mjs`))),
  );
  const folder = JSON.stringify(app);
  const program = `Promise.all([import(${pack}), import(${install})])
    .then(([{ packInto }, { installPacked }]) => installPacked(packInto(${folder}), ${folder}))`;
  execFileSync(process.execPath, ['-e', program], { stdio: ['ignore', 'ignore', 'inherit'] });
}
