import { devOptionSpecs } from './arguments/dev-option-specs';
import type { OptionSpec } from './arguments/option-spec';
import type { Paint } from './view/paint';

const columnCells = 30;

/** `baton --help`. */
export function renderHelp(paint: Paint): string {
  return `${paint('strong', 'baton')} runs lambda-baton jobs on this machine.

${paint('strong', 'Usage')}
  baton dev <file> [options]    run an execution on the local Lambda and watch it
  baton dev --help              its options
  baton --version               the version of lambda-baton

${paint('strong', 'Example')}
  baton dev src/job.ts --event '{"from":1}' --timeout 5s
`;
}

/** `baton dev --help`. */
export function renderDevHelp(paint: Paint): string {
  const groups = [...new Set(devOptionSpecs.map(({ group }) => group))];
  const options = groups.map((group) => renderGroup(group, paint)).join('\n\n');
  return `${paint('strong', 'baton dev')} runs an execution to its end on a local Lambda, with AWS's own runtime client, and shows it.

${paint('strong', 'Usage')}
  baton dev <file> [options]    a bundle, or a TypeScript file (bundled with esbuild)

${options}

${paint('strong', 'Exit code')}
  0 the execution completed, 1 it did not, 2 wrong command line, 130 stopped with Ctrl-C
`;
}

function renderGroup(group: string, paint: Paint): string {
  const lines = devOptionSpecs.filter((spec) => spec.group === group).map(renderOption);
  return [paint('strong', group), ...lines].join('\n');
}

function renderOption({ name, short, value, help }: OptionSpec): string {
  const option = `  ${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
  const [first = '', ...others] = help;
  return [`${option.padEnd(columnCells + 2)}${first}`, ...others.map((line) => `${' '.repeat(columnCells + 2)}${line}`)].join('\n');
}
