import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { stores } from '../../runtime/adapters/store/stores';
import { devDirectory } from '../arguments/read-store';
import type { ConsoleStreams } from '../console-streams';
import { quoteForShell } from '../view/text';
import type { DevOptions } from './dev-options';

/** Where a run keeps its executions. */
export interface DevStore {
  /** Undefined when they travel in their continuations alone, or are kept where `--env` says. */
  readonly directory: string | undefined;
  /** The directory for people, from where they are. */
  readonly label: string | undefined;
  /** The options that `baton status` and its like need to find them. */
  readonly options: string;
}

/** Executions travel in their continuations alone, or are kept where `--env` or a template says. */
const noDevStore: DevStore = { directory: undefined, label: undefined, options: '' };
const variables = stores.map(({ variable }) => variable);

/** Chooses where a run keeps its executions: in `.baton`, unless `--env`, `--no-store` or the environment say otherwise. */
export function chooseDevStore(
  { hasStore, environment: given }: Pick<DevOptions, 'environment' | 'hasStore'>,
  { environment, workingDirectory }: ConsoleStreams,
): DevStore {
  if (!hasStore || variables.some((name) => given[name])) return noDevStore;
  const directory = resolve(workingDirectory, environment.BATON_DIRECTORY || devDirectory);
  const label = relative(workingDirectory, directory);
  if (environment.BATON_DIRECTORY) return { directory, label, options: '' };
  const isElsewhere = variables.some((name) => environment[name]);
  return { directory, label, options: isElsewhere ? ` --directory ${quoteForShell(label)}` : '' };
}

/** Tells git to leave `.baton` alone: what is kept there is nobody's source. A directory of the user's own is left as it is. */
export function keepOutOfGit({ directory }: DevStore): void {
  if (directory === undefined || !directory.endsWith(devDirectory)) return;
  const folder = dirname(directory);
  const file = join(folder, '.gitignore');
  if (existsSync(file)) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, '*\n');
}
