import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { InitOptions } from '../arguments/parse-init-options';
import { CliError } from '../cli-error';
import type { ConsoleStreams } from '../console-streams';
import { choosePaint } from '../view/paint';
import { chooseProject } from './choose-project';
import { listFiles, type ReadPackageFile } from './list-files';

/** What `baton init` is carried out with. */
interface InitParts {
  readonly streams: ConsoleStreams;
  readonly readPackageFile: ReadPackageFile;
  readonly version: string;
}

/** Writes a project that runs at once. Nothing that is there is written over. @returns the exit code */
export async function runInit(options: InitOptions, { streams, readPackageFile, version }: InitParts): Promise<number> {
  const project = await chooseProject(options, streams);
  const files = listFiles(project, readPackageFile, version);
  refuseOverwriting(project.directory, [...files.keys()]);
  for (const [path, text] of files) write(join(project.directory, path), text);
  const paint = choosePaint(streams.environment, streams.stdout.isTTY === true);
  const directory = relative(process.cwd(), project.directory) || '.';
  streams.stdout.write(
    `${paint('good', '✔')} ${files.size} files in ${directory}\n\n  cd ${directory}\n  npm install\n  npm test\n  npm run dev\n`,
  );
  return 0;
}

function refuseOverwriting(directory: string, paths: readonly string[]): void {
  const present = paths.filter((path) => existsSync(join(directory, path)));
  if (present.length === 0) return;
  const problem = `${directory} already has ${present.join(', ')}, and nothing is written over.`;
  throw new CliError({ problem, cure: 'Name a new directory: baton init my-job.' }, 1);
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
