import { BatonError } from '../errors';
import { findNearestName } from './arguments/find-nearest-name';
import { parseDevOptions } from './arguments/parse-dev-options';
import { parseDoctorOptions } from './arguments/parse-doctor-options';
import { parseEstimateOptions } from './arguments/parse-estimate-options';
import { parseInitOptions } from './arguments/parse-init-options';
import { CliError } from './cli-error';
import type { ConsoleStreams } from './console-streams';
import { runDev } from './dev/run-dev';
import { runDoctor } from './doctor/run-doctor';
import { runEstimate } from './estimate/run-estimate';
import { renderDevHelp, renderDoctorHelp, renderEstimateHelp, renderHelp, renderInitHelp, renderOperationHelp } from './help';
import { runInit } from './init/run-init';
import type { Operation } from './operate/operation';
import { operations } from './operate/operations';
import { runOperation } from './operate/run-operation';
import { choosePaint, type Paint } from './view/paint';
import { renderFailure } from './view/render-failure';

/** What a command line is carried out with. */
export interface MainParts {
  readonly streams: ConsoleStreams;
  /** Aborts when the user wants to stop. */
  readonly interruption: AbortSignal;
  /** The version of lambda-baton. */
  readonly readVersion: () => string;
  /** Reads a file that is published with lambda-baton, by its path in the package. */
  readonly readPackageFile: (path: string) => string;
}

/** Carries out a command line. Never rejects: what went wrong is printed to standard error. @returns the exit code */
export async function main(args: readonly string[], parts: MainParts): Promise<number> {
  try {
    return await dispatch(args, parts);
  } catch (error) {
    return reportError(error, parts.streams);
  }
}

async function dispatch([command, ...args]: readonly string[], parts: MainParts): Promise<number> {
  const { streams, interruption, readVersion } = parts;
  const { stdout, environment } = streams;
  const paint = choosePaint(environment, stdout.isTTY === true);
  if (command === '--version' || command === '-v') return print(stdout, `${readVersion()}\n`);
  if (command === '--help' || command === '-h' || command === 'help') return print(stdout, renderHelp(paint));
  if (command === 'estimate') return estimate(args, streams, paint);
  if (command === 'init') return init(args, parts, paint);
  if (command === 'doctor') return examine(args, streams, paint);
  const operation = operations.find(({ name }) => name === command);
  if (operation !== undefined) return operate(operation, args, streams, paint);
  if (command !== 'dev') throw refuseCommand(command);
  const options = parseDevOptions(args);
  return options === 'help' ? print(stdout, renderDevHelp(paint)) : runDev(options, streams, interruption);
}

function estimate(args: readonly string[], streams: ConsoleStreams, paint: Paint): number | Promise<number> {
  const options = parseEstimateOptions(args);
  return options === 'help' ? print(streams.stdout, renderEstimateHelp(paint)) : runEstimate(options, streams);
}

function examine(args: readonly string[], streams: ConsoleStreams, paint: Paint): number | Promise<number> {
  const options = parseDoctorOptions(args);
  return options === 'help' ? print(streams.stdout, renderDoctorHelp(paint)) : runDoctor(options, streams);
}

function init(args: readonly string[], { streams, readPackageFile, readVersion }: MainParts, paint: Paint): number | Promise<number> {
  const options = parseInitOptions(args);
  if (options === 'help') return print(streams.stdout, renderInitHelp(paint));
  return runInit(options, { streams, readPackageFile, version: readVersion() });
}

async function operate(operation: Operation, args: readonly string[], streams: ConsoleStreams, paint: Paint): Promise<number> {
  const exitCode = await runOperation(operation, args, streams);
  return exitCode === 'help' ? print(streams.stdout, renderOperationHelp(operation, paint)) : exitCode;
}

function print(stdout: ConsoleStreams['stdout'], text: string): number {
  stdout.write(text);
  return 0;
}

function refuseCommand(command: string | undefined): CliError {
  if (command === undefined)
    return new CliError({ problem: 'baton needs a command.', cure: 'Write baton dev <file>, or see baton --help.' });
  const commands = ['init', 'dev', 'estimate', 'doctor', ...operations.map(({ name }) => name)];
  const nearest = findNearestName(command.replace(/^-+/, ''), [...commands, 'help', 'version']);
  const cure =
    nearest === undefined
      ? 'Write baton dev <file>, or see baton --help.'
      : `Did you mean baton ${commands.includes(nearest) ? '' : '--'}${nearest}?`;
  return new CliError({ problem: `baton has no command ${command}.`, cure });
}

function reportError(error: unknown, { stderr, environment }: ConsoleStreams): number {
  const paint = choosePaint(environment, stderr.isTTY === true);
  if (!BatonError.is(error)) {
    stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  }
  stderr.write(`${renderFailure(error, paint)}\n`);
  return error instanceof CliError ? error.details.exitCode : 1;
}
