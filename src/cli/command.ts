import { BatonError, type BatonErrorParts } from '../errors';
import type { Paint } from './view/paint';

/** One option of a command, as it is read and as the help shows it. */
export interface OptionSpec {
  /** Without the dashes. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** What stands for the value in the help; an option without is a switch. */
  readonly value?: string;
  /** Whether it may be given more than once. */
  readonly isRepeatable?: boolean;
  readonly help: string;
  /** Heading that it stands under in the help. */
  readonly group: string;
}

/** What stands behind the name of a command. */
interface ArgumentSpec {
  /** As the help shows it: `<id>`, or `[directory]`. */
  readonly name: string;
  /** Whether it may be left out, in some ways of writing the command at least. @defaultValue false */
  readonly isOptional?: boolean;
  /** What it is, behind "needs". */
  readonly what: string;
  /** What stands behind it. @defaultValue nothing may */
  readonly second?: { readonly what: string };
  /** Refuses a second one, before ", not also …". @defaultValue `takes one <id>` */
  readonly one?: string;
  /** What to do about a second one. @defaultValue `Leave the others out.` */
  readonly fix?: string;
}

/** One command of `baton`. */
export interface Command {
  readonly name: string;
  /** Left out when the command takes options only. */
  readonly argument?: ArgumentSpec;
  /** What it does, for the list of commands: one line, no capital. */
  readonly summary: string;
  /** Each way of writing it, with what that means. @defaultValue the name, the argument and `[options]` */
  readonly usage?: readonly (readonly [line: string, meaning: string])[];
  /** In the order of the help, beside `--help`. */
  readonly options: readonly OptionSpec[];
  /** In one line. */
  readonly exitCodes?: string;
  /** Whether it ends by itself, in good order, when the user interrupts it. @defaultValue it is left where it is */
  readonly handlesInterruption?: boolean;
  /** @returns the exit code */
  run(request: CommandRequest): Promise<number>;
}

/** What a command line is carried out with. */
export interface Surroundings {
  readonly streams: ConsoleStreams;
  /** Aborts when the user wants to stop. The reason may carry an `exitCode`. */
  readonly interruption: AbortSignal;
  /** The version of lambda-baton. */
  readonly readVersion: () => string;
  /** Reads a file that is published with lambda-baton, by its path in the package. */
  readonly readPackageFile: (path: string) => string;
}

/** The options of a command line, as they were written. */
export interface GivenOptions {
  /** The names of those that were given. */
  readonly given: ReadonlySet<string>;
  /** The value of an option, when it was given. */
  read(name: string): string | undefined;
  /** All values of an option that may be given more than once. */
  readAll(name: string): readonly string[];
  has(name: string): boolean;
}

/** What a command was asked for, and what it is carried out with. */
export interface CommandRequest extends GivenOptions, Surroundings {
  /** The argument; empty when there is none. */
  readonly argument: string;
  /** What stands behind the argument; empty when the command takes one only. */
  readonly second: string;
  readonly isJson: boolean;
  readonly paint: Paint;
}

/** `--json`, in the group of every command's output. */
export const jsonOption: OptionSpec = {
  group: 'Output',
  name: 'json',
  help: 'one JSON object on standard output',
};

/** The exit code of a run that was interrupted: that of the signal, 130 when nothing says it. */
export function readExitCode({ reason }: AbortSignal): number {
  const { exitCode } = Object(reason) as { exitCode?: unknown };
  return typeof exitCode === 'number' ? exitCode : 130;
}

/** A stream that is written to, and may be a terminal. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** What the command line talks to: the process, or a test. */
export interface ConsoleStreams {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: NodeJS.ReadableStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where `baton dev` keeps executions, and the other commands look for them. */
  readonly workingDirectory: string;
}

/** What `baton` tells its user instead of doing what was asked: a wrong option, an unreadable event, an execution that did not complete. */
export class CliError extends BatonError<{ exitCode: number }> {
  override readonly name = 'CliError';
  readonly code = 'LOCAL_LAMBDA';

  /** @param exitCode 2 for a wrong command line, 1 for an execution that did not complete */
  constructor(parts: Omit<BatonErrorParts, 'details'>, exitCode: 1 | 2 = 2) {
    super({ ...parts, details: { exitCode } });
  }
}
