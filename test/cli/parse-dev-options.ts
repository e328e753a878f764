import { type DevOptions, readDevOptions } from '../../src/cli/dev/dev-options';
import { commands } from '../../src/cli/main';
import { parseLine } from '../../src/cli/parse-line';
import { paintNothing } from '../../src/cli/view/paint';

/** Reads the command line of `baton dev`; `help` when that was asked for. */
export function parseDevOptions(args: readonly string[]): DevOptions | 'help' {
  const stdout = { write: () => true };
  const line = parseLine(['dev', ...args], {
    commands,
    stdout,
    paint: paintNothing,
    readVersion: () => '1.2.3',
  });
  return line === undefined ? 'help' : readDevOptions(line.argument, line);
}
