import type { BatonClient } from '../../client/baton-client';
import type { OptionSpec } from '../arguments/option-spec';
import type { ConsoleStreams } from '../console-streams';
import type { Paint } from '../view/paint';

/** A command that starts executions or looks after them. */
export interface Operation {
  readonly name: string;
  /** What stands behind the name in the help; nothing when the command takes options only. */
  readonly argument?: { readonly name: string; readonly what: string };
  /** What it does, for the help: one line. */
  readonly summary: string;
  /** Beside those of the store, `--json` and `--help`. */
  readonly options: readonly OptionSpec[];
  /** Whether it may be the first to use a store: a directory need not be there yet. */
  readonly isNewStoreFine?: boolean;
  /** The exit codes, in one line. */
  readonly exitCodes: string;
  /** @returns the exit code */
  run(request: OperationRequest): Promise<number>;
}

/** What an operation was asked for, and what it is carried out with. */
export interface OperationRequest {
  /** The argument; empty when the command takes none. */
  readonly argument: string;
  /** The value of an option, when it is given. */
  readonly read: (option: string) => string | undefined;
  readonly isJson: boolean;
  /** A client of the store that was asked for, and of the function when there is one. */
  makeClient(functionName?: string): BatonClient;
  readonly streams: ConsoleStreams;
  readonly paint: Paint;
}

/** Prints an answer: as one JSON object with `--json`, else line by line. */
export function printAnswer({ isJson, streams }: OperationRequest, answer: unknown, describe: () => readonly string[]): void {
  streams.stdout.write(isJson ? `${JSON.stringify(answer)}\n` : `${describe().join('\n')}\n`);
}
