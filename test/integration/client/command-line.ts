import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { LocalLambda } from '../../../src/local';

const root = join(__dirname, '../../..');
/** Inside the repository, so that what is external resolves. */
const folder = join(root, 'node_modules/.cache/lambda-baton');

/** How a command line ended. */
export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real command line, in a process of its own for each call, that reaches a local Lambda as it would reach AWS. */
export class CommandLine {
  readonly #file = join(folder, `baton-${process.pid}.mjs`);

  static async build(): Promise<CommandLine> {
    const commandLine = new CommandLine();
    mkdirSync(folder, { recursive: true });
    const entryPoints = [join(root, 'src/cli/baton.ts')];
    await build({
      entryPoints,
      outfile: commandLine.#file,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
    });
    return commandLine;
  }

  remove(): void {
    rmSync(this.#file, { force: true });
  }

  /** @param aheadMs - how far its clock is ahead of everybody else's: what comes later need not be waited for */
  async run(lambda: LocalLambda, args: readonly string[], aheadMs = 0): Promise<Ended> {
    const clock = `data:text/javascript,const now = Date.now; Date.now = () => now() + ${aheadMs};`;
    const child = spawn(process.execPath, ['--import', clock, this.#file, ...args], {
      env: {
        PATH: process.env.PATH,
        AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint,
        AWS_REGION: lambda.region,
        AWS_ACCESS_KEY_ID: 'outside',
        AWS_SECRET_ACCESS_KEY: 'outside',
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      },
    });
    const printed = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (printed.stdout += chunk));
    child.stderr.on('data', (chunk) => (printed.stderr += chunk));
    const [exitCode] = await once(child, 'close');
    return { exitCode, ...printed };
  }
}
