import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { StoreSettings } from '../../runtime/adapters/store/create-store';
import { CliError } from '../cli-error';
import type { GivenOptions, OptionSpec } from '../command';
import type { ConsoleStreams } from '../console-streams';

/** Where `baton dev` keeps executions, below the directory that it is run in. */
export const devDirectory = join('.baton', 'executions');

const group =
  'The store (default: BATON_TABLE, BATON_BUCKET or BATON_DIRECTORY, else what baton dev kept here)';

/** Where the executions are kept: options of every command that looks after them. */
export const storeOptions: readonly OptionSpec[] = [
  { group, name: 'table', value: '<name>', help: 'a DynamoDB table' },
  { group, name: 'bucket', value: '<name>', help: 'an S3 bucket; beside --table, where large states are' },
  { group, name: 'directory', value: '<path>', help: 'a directory' },
];

/** The names of a table, a bucket and a directory, as far as they are given. */
interface StoreNames {
  readonly table: string | undefined;
  readonly bucket: string | undefined;
  readonly directory: string | undefined;
}

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
  const { BATON_TABLE, BATON_BUCKET, BATON_DIRECTORY } = environment;
  const given = chooseStore({ table: read('table'), bucket: read('bucket'), directory: read('directory') });
  const settings =
    given ?? chooseStore({ table: BATON_TABLE, bucket: BATON_BUCKET, directory: BATON_DIRECTORY });
  if (settings !== undefined) return isNewFine ? settings : checkDirectory(settings);
  const directory = join(workingDirectory, devDirectory);
  if (existsSync(directory)) return { kind: 'directory', directory };
  throw new CliError({
    problem: `${command} needs to know where executions are kept: nothing says it, and baton dev has kept none here.`,
    fix: 'Give --table, --bucket or --directory, or set BATON_TABLE, BATON_BUCKET or BATON_DIRECTORY.',
  });
}

function chooseStore({ table, bucket, directory }: StoreNames): StoreSettings | undefined {
  if (directory && (table || bucket)) {
    throw new CliError({
      problem: 'A directory and a table or bucket are both given.',
      fix: 'Keep the one that the function uses.',
    });
  }
  if (table) return { kind: 'table', tableName: table, ...(bucket && { bucket }) };
  if (bucket) return { kind: 'bucket', bucket };
  return directory ? { kind: 'directory', directory } : undefined;
}

/** A directory that is misspelt would only look empty. */
function checkDirectory(settings: StoreSettings): StoreSettings {
  if (settings.kind !== 'directory' || existsSync(settings.directory)) return settings;
  throw new CliError({
    problem: `There is no directory ${settings.directory}.`,
    fix: 'Correct the path of the store.',
  });
}
