import type { Command, OptionSpec } from './command';
import type { Paint } from './view/paint';
import { wrapText } from './view/text';

/** Lays one item of a help text out: a term in so many cells, and beside it the description, wrapped. */
type LayOut = (term: string, cells: number, text: string) => string;

const helpCells = 100;
const optionCells = 28;
const usageCells = 40;
const commandCells = 34;
const helpOption: OptionSpec = { group: 'Output', name: 'help', short: 'h', help: 'this text' };

/** `baton --help`. */
export function renderHelp(commands: readonly Command[], paint: Paint, layOut: LayOut): string {
  const rows = commands.map((command) => layOut(writeUsage(command), commandCells, command.summary));
  return `${paint('strong', 'baton')} runs lambda-baton jobs on this machine, and looks after executions wherever they are.

${paint('strong', 'Usage')}
${rows.join('\n')}
${layOut('baton <command> --help', commandCells, 'the options of a command')}
${layOut('baton --version', commandCells, 'the version of lambda-baton')}

${paint('strong', 'Example')}
  baton dev src/job.ts --event '{"from":1}' --timeout 5s
  baton estimate --items 1e6 --ms-per-item 40 --memory 512 --arch arm64 --timeout 900
`;
}

/** `baton status --help`, and that of every other command. */
export function renderCommandHelp(command: Command, paint: Paint, layOut: LayOut): string {
  const usage = command.usage ?? [[writeUsage(command), '']];
  const options = [...command.options, helpOption];
  const groups = [...new Set(options.map(({ group }) => group))].map((group) => {
    const rows = options
      .filter((option) => option.group === group)
      .map(({ help, ...term }) => layOut(writeTerm(term), optionCells, help));
    return [paint('strong', group), ...rows].join('\n');
  });
  const sections = [
    `${paint('strong', `baton ${command.name}`)} ${command.summary}.`,
    [paint('strong', 'Usage'), ...usage.map(([line, meaning]) => layOut(line, usageCells, meaning))].join(
      '\n',
    ),
    ...groups,
    ...(command.exitCodes === undefined
      ? []
      : [
          `${paint('strong', 'Exit code')}\n${wrapText(command.exitCodes, helpCells)
            .map((line) => `  ${line}`)
            .join('\n')}`,
        ]),
  ];
  return `${sections.join('\n\n')}\n`;
}

function writeUsage({ name, argument }: Command): string {
  return ['baton', name, argument?.name, '[options]'].filter(Boolean).join(' ');
}

function writeTerm({ name, short, value }: Omit<OptionSpec, 'help'>): string {
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
}
