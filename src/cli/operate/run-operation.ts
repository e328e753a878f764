import { BatonClient } from '../../client/baton-client';
import { createStore } from '../../runtime/adapters/create-store';
import type { OptionSpec } from '../arguments/option-spec';
import { readStore } from '../arguments/read-store';
import { splitOptions } from '../arguments/split-options';
import { storeOptionSpecs } from '../arguments/store-option-specs';
import { CliError } from '../cli-error';
import type { ConsoleStreams } from '../console-streams';
import { choosePaint } from '../view/paint';
import type { Operation } from './operation';

const output = 'Output';

/** All options of an operation, in the order of the help. */
export function listOptions({ options }: Operation): readonly OptionSpec[] {
  return [
    ...options,
    ...storeOptionSpecs,
    { group: output, name: 'json', help: ['one JSON object on standard output'] },
    { group: output, name: 'help', short: 'h', help: ['this text'] },
  ];
}

/** Carries out an operation; `help` when that was asked for. @returns the exit code */
export async function runOperation(operation: Operation, args: readonly string[], streams: ConsoleStreams): Promise<number | 'help'> {
  const command = `baton ${operation.name}`;
  const { values, positionals } = splitOptions(command, args, listOptions(operation));
  if (values.has('help')) return 'help';
  const read = (name: string) => values.get(name)?.[0];
  const argument = readArgument(operation, positionals);
  const signingKey = streams.environment.BATON_SIGNING_KEY;
  return operation.run({
    argument,
    read,
    isJson: values.has('json'),
    makeClient: (functionName) =>
      new BatonClient({
        store: createStore(readStore(command, read, operation.isNewStoreFine === true, streams)),
        ...(functionName !== undefined && { functionName }),
        ...(signingKey && { signingKey }),
      }),
    streams,
    paint: choosePaint(streams.environment, streams.stdout.isTTY === true),
  });
}

function readArgument({ name, argument }: Operation, [first, ...others]: readonly string[]): string {
  if (argument === undefined && first === undefined) return '';
  if (argument === undefined) {
    throw new CliError({ problem: `baton ${name} takes no ${first}: only options.`, cure: `See baton ${name} --help.` });
  }
  if (first === undefined || first === '') {
    throw new CliError({ problem: `baton ${name} needs ${argument.what}.`, cure: `Write baton ${name} ${argument.name}.` });
  }
  if (others.length > 0) {
    throw new CliError({
      problem: `baton ${name} takes one ${argument.name}, not also ${others.join(' ')}.`,
      cure: 'Leave the others out.',
    });
  }
  return first;
}
