import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { CliError, type Command } from '../command';
import { chooseProject } from '../init/choose-project';
import { listFiles } from '../init/list-files';
import { quoteForShell } from '../view/text';

const project = 'The project (asked for when it is missing and there is a terminal)';

/** `baton init`. */
export const init: Command = {
  name: 'init',
  argument: { name: '[directory]', isOptional: true, what: 'a directory', one: 'makes one project' },
  summary: 'writes a project that runs at once; nothing is written over',
  usage: [['baton init [directory] [options]', '(default: my-job)']],
  options: [
    {
      group: project,
      name: 'job',
      value: '<ClassName>',
      help: 'what the job class is called (default: ExampleJob)',
    },
    {
      group: project,
      name: 'deploy',
      value: '<cdk|sam|none>',
      help: 'what it is deployed with (default: cdk)',
    },
    { group: 'Output', name: 'yes', short: 'y', help: 'ask nothing: the defaults for all that is missing' },
  ],
  async run(request) {
    const { streams, paint, readPackageFile, readVersion } = request;
    const chosen = await chooseProject(request);
    const files = listFiles(chosen, readPackageFile, readVersion());
    refuseOverwriting(chosen.directory, [...files.keys()]);
    for (const [path, text] of files) write(join(chosen.directory, path), text);
    const directory = quoteForShell(relative(process.cwd(), chosen.directory) || '.');
    const cd = directory.startsWith('-') ? `cd -- ${directory}` : `cd ${directory}`;
    streams.stdout.write(
      `${paint('good', '✔')} ${files.size} files in ${directory}\n\n  ${cd}\n  npm install\n  npm test\n  npm run dev\n`,
    );
    return 0;
  },
};

function refuseOverwriting(directory: string, paths: readonly string[]): void {
  const present = paths.filter((path) => existsSync(join(directory, path)));
  if (present.length === 0) return;
  const problem = `${directory} already has ${present.join(', ')}, and nothing is written over.`;
  throw new CliError({ problem, fix: 'Name a new directory: baton init my-job.' }, 1);
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
