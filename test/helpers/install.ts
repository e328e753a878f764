import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(__dirname, '../..');

/** Does without a registry what npm install does: links what the manifest names, and the commands of its scripts. */
export function install(project: string): void {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    if (name === 'aws-cdk') continue;
    link(
      name === 'lambda-baton' ? root : join(root, 'node_modules', name),
      join(project, 'node_modules', name),
    );
  }
  for (const command of ['esbuild', 'tsc'])
    link(join(root, 'node_modules/.bin', command), join(project, 'node_modules/.bin', command));
  writeCommand(project, 'baton', `exec node '${root}/dist/baton.js' "$@"`);
  // What `cdk synth` does: it runs the app, and says where to.
  writeCommand(
    project,
    'cdk',
    `export CDK_OUTDIR=cdk.out; eval "$(node -p 'require("./cdk.json").app')" >&2`,
  );
  writeFileSync(join(project, 'package-lock.json'), '{}');
}

function writeCommand(project: string, name: string, command: string): void {
  writeFileSync(join(project, 'node_modules/.bin', name), `#!/bin/sh\n${command}\n`, { mode: 0o755 });
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}
