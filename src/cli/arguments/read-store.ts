import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  chooseStore,
  findStoreConflicts,
  readStoreNames,
  type StoreNames,
  type StoreSettings,
  stores,
  storeVariables,
} from '../../runtime/adapters/store/stores';
import { CliError, type ConsoleStreams, type GivenOptions, type OptionSpec } from '../command';

/** Where `baton dev` keeps executions, below the directory that it is run in. */
export const devDirectory = join('.baton', 'executions');

const group = `The store (default: ${storeVariables}, else what baton dev kept here)`;

/** Where the executions are kept: options of every command that looks after them. */
export const storeOptions: readonly OptionSpec[] = stores.map(({ option, what }) => ({
  group,
  name: option,
  value: option === 'directory' ? '<path>' : '<name>',
  help: what,
}));

const optionTexts = stores.map(({ option }) => `--${option}`);

/**
 * Reads where executions are kept: from the options, else from the environment, else where `baton dev` keeps them.
 *
 * @param isNewFine - whether a directory need not be there yet
 * @throws CliError when nothing says it, more than one place is given, or there is no such directory
 */
export function readStore(
  command: string,
  { read }: Pick<GivenOptions, 'read'>,
  isNewFine: boolean,
  { environment, workingDirectory }: Pick<ConsoleStreams, 'environment' | 'workingDirectory'>,
): StoreSettings {
  const given = chooseOne(Object.fromEntries(stores.map(({ option }) => [option, read(option)])));
  const settings = given ?? chooseOne(readStoreNames(environment));
  if (settings !== undefined) return isNewFine ? settings : checkDirectory(settings);
  const directory = join(workingDirectory, devDirectory);
  if (existsSync(directory)) return { kind: 'directory', directory };
  throw new CliError({
    problem: `${command} needs to know where executions are kept: nothing says it, and baton dev has kept none here.`,
    fix: `Give ${optionTexts.slice(0, -1).join(', ')} or ${optionTexts.at(-1)}, or set ${storeVariables}.`,
  });
}

function chooseOne(names: StoreNames): StoreSettings | undefined {
  if (findStoreConflicts(names).length > 0) {
    throw new CliError({
      problem: 'A directory and a table or bucket are both given.',
      fix: 'Keep the one that the function uses.',
    });
  }
  return chooseStore(names);
}

/** A directory that is misspelt would only look empty. */
function checkDirectory(settings: StoreSettings): StoreSettings {
  if (settings.directory === undefined || existsSync(settings.directory)) return settings;
  throw new CliError({
    problem: `There is no directory ${settings.directory}.`,
    fix: 'Correct the path of the store.',
  });
}
