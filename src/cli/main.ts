import { BatonError } from '../errors';
import { CliError, type Command, type ConsoleStreams, readExitCode, type Surroundings } from './command';
import { dev } from './commands/dev';
import { doctor } from './commands/doctor';
import { estimate } from './commands/estimate';
import { init } from './commands/init';
import { redrive, sweep } from './commands/redrive';
import { signal, start } from './commands/start';
import { list, result, status } from './commands/status';
import { cancel, resume, stop } from './commands/stop';
import { timeline } from './commands/timeline';
import { watch } from './commands/watch';
import { parseLine } from './parse-line';
import { choosePaint, renderFailure } from './view/paint';

/** Carries out a command line. Never rejects: what went wrong is printed to standard error. @returns the exit code */
export async function main(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, environment } = surroundings.streams;
  const paint = choosePaint(environment, stdout.isTTY === true);
  try {
    const line = parseLine(args, { commands, stdout, paint, readVersion: surroundings.readVersion });
    if (line === undefined) return 0;
    const running = line.command.run({ ...surroundings, ...line, isJson: line.has('json'), paint });
    return await (line.command.handlesInterruption
      ? running
      : Promise.race([running, waitForInterruption(surroundings)]));
  } catch (error) {
    return reportError(error, surroundings.streams);
  }
}

/** A command that knows nothing of signals is left where it is: the process ends with the exit code of the signal. */
function waitForInterruption({ interruption }: Surroundings): Promise<number> {
  return new Promise((resolve) => {
    const end = () => resolve(readExitCode(interruption));
    if (interruption.aborted) end();
    interruption.addEventListener('abort', end, { once: true });
  });
}

function reportError(thrown: unknown, { stderr, environment }: ConsoleStreams): number {
  const error = isRegionMissing(thrown) ? noRegionError(thrown) : thrown;
  const paint = choosePaint(environment, stderr.isTTY === true);
  if (!BatonError.is(error)) {
    stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  }
  const { name, message, details } = error;
  stderr.write(`${renderFailure({ name, message }, paint)}\n`);
  const { exitCode } = details as { exitCode?: unknown };
  return typeof exitCode === 'number' ? exitCode : 1;
}

/** The AWS SDK says so wherever it was first asked for something. */
function isRegionMissing(thrown: unknown, depth = 0): boolean {
  if (!(thrown instanceof Error) || depth > 10) return false;
  return /\bRegion is missing\b/.test(thrown.message) || isRegionMissing(thrown.cause, depth + 1);
}

function noRegionError(cause: unknown): CliError {
  return new CliError({
    problem: 'Nothing says which AWS Region to ask: the Region is missing.',
    fix: 'Set AWS_REGION, or a region in the AWS profile, and run it again.',
    cause,
  });
}

/** Every command of `baton`, in the order of the help. */
export const commands: readonly Command[] = [
  init,
  dev,
  estimate,
  doctor,
  start,
  status,
  watch,
  timeline,
  result,
  cancel,
  signal,
  redrive,
  list,
  sweep,
  stop,
  resume,
];
