import { CommanderError, type Help, Option, Command as Program } from 'commander';
import { CliError, type Command, type GivenOptions, type OptionSpec, type Output } from './command';
import type { Paint } from './view/paint';
import { wrapText } from './view/text';

/** A command line that was understood. */
interface ParsedLine extends GivenOptions {
  readonly command: Command;
  /** Empty when there is none. */
  readonly argument: string;
  /** Empty when the command takes one only. */
  readonly second: string;
}

/** What a command line is read with. */
interface ParseParts {
  readonly commands: readonly Command[];
  readonly stdout: Output;
  readonly paint: Paint;
  readonly readVersion: () => string;
}

/**
 * Reads a command line. Answers nothing when it asked for a help text or the version: that is printed by then.
 *
 * @throws CliError for what is no command, no option, or not complete
 */
export function parseLine(args: readonly string[], parts: ParseParts): ParsedLine | undefined {
  if (args.length === 0) throw new CliError({ problem: 'baton needs a command.', fix: seeHelp });
  let parsed: ParsedLine | undefined;
  const program = describeProgram(parts);
  for (const command of parts.commands) {
    const sub = describeCommand(program, command, parts.paint);
    sub.action(() => {
      parsed = readLine(command, sub);
    });
  }
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return undefined;
    throw error;
  }
  return parsed;
}

const seeHelp = 'Write baton dev <file>, or see baton --help.';
const maxHelpCells = 105;
const helpText = 'this text';

function describeProgram({ commands, stdout, paint, readVersion }: ParseParts): Program {
  return new Program('baton')
    .version(readVersion(), '-v, --version')
    .helpOption('-h, --help', helpText)
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      outputError: () => {},
      getOutHelpWidth: () => Math.min(stdout.columns || maxHelpCells, maxHelpCells),
    })
    .configureHelp({ formatHelp: (_program, help) => renderHelp(commands, paint, layOut(help)) })
    .exitOverride((error) => {
      throw error.exitCode === 0 ? error : refuseCommand(error);
    });
}

function describeCommand(program: Program, command: Command, paint: Paint): Program {
  const sub = program
    .command(command.name)
    .description(command.summary)
    .argument('[arguments...]')
    .helpOption('-h, --help', helpText)
    .configureHelp({ formatHelp: (_sub, help) => renderCommandHelp(command, paint, layOut(help)) })
    .exitOverride((error) => {
      throw error.exitCode === 0 ? error : refuseOption(error, command);
    });
  for (const spec of command.options) sub.addOption(describeOption(spec));
  return sub;
}

/** Values stay texts until the command reads them, so that `--help` is heard whatever stands beside it. */
function describeOption({ name, short, value, help }: OptionSpec): Option {
  const option = new Option(
    `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ' <value>'}`,
    help,
  );
  if (value !== undefined)
    option.argParser((text, before: readonly string[] | undefined) => [...(before ?? []), text]);
  return option;
}

/** One item of a help text: a term, and beside it the description, wrapped. */
function layOut(help: Help): (term: string, cells: number, text: string) => string {
  return (term, cells, text) => help.formatItem(term, cells, text, help);
}

function readLine(command: Command, sub: Program): ParsedLine {
  const values = new Map<string, readonly string[]>();
  for (const { name, value, isRepeatable } of command.options) {
    const attribute = new Option(`--${name}`).attributeName();
    if (sub.getOptionValueSource(attribute) !== 'cli') continue;
    const texts = value === undefined ? [''] : (sub.getOptionValue(attribute) as readonly string[]);
    if (texts.length > 1 && isRepeatable !== true)
      throw refuse(`--${name} is given twice.`, 'Keep one of them.');
    values.set(name, texts);
  }
  return {
    command,
    ...readArguments(command, sub.args),
    given: new Set(values.keys()),
    read: (name) => values.get(name)?.[0],
    readAll: (name) => values.get(name) ?? [],
    has: (name) => values.has(name),
  };
}

function readArguments({ name, argument }: Command, [first, ...rest]: readonly string[]) {
  if (argument === undefined) {
    if (first === undefined) return { argument: '', second: '' };
    throw refuse(`baton ${name} takes no ${first}: only options.`, `See baton ${name} --help.`);
  }
  if (!first && argument.isOptional !== true)
    throw refuse(`baton ${name} needs ${argument.what}.`, `Write baton ${name} ${argument.name}.`);
  const [second = '', ...behind] = argument.second === undefined ? [''] : rest;
  if (argument.second !== undefined && second === '')
    throw refuse(`baton ${name} needs ${argument.second.what}.`, `Write baton ${name} ${argument.name}.`);
  const others = argument.second === undefined ? rest : behind;
  if (others.length > 0) {
    const one = argument.one ?? `takes one ${argument.name}`;
    throw refuse(
      `baton ${name} ${one}, not also ${others.join(' ')}.`,
      argument.fix ?? 'Leave the others out.',
    );
  }
  return { argument: first ?? '', second };
}

function refuseCommand({ message }: CommanderError): CliError {
  const { named, hint } = readRefusal(message);
  return new CliError({
    problem: `baton has no command ${named}.`,
    fix: hint === undefined ? seeHelp : `Did you mean ${hint.replace(/^(one of )?/, '$1baton ')}?`,
  });
}

function refuseOption({ code, message }: CommanderError, { name: command, options }: Command): CliError {
  const { named, hint } = readRefusal(message);
  const [flag = ''] = named.split(/[ =]/);
  const spec = options.find(({ name, short }) => named.includes(`--${name}`) || flag === `-${short}`);
  if (code === 'commander.optionMissingArgument')
    return refuse(`--${spec?.name} needs a value.`, `Write --${spec?.name} ${spec?.value}.`);
  if (spec !== undefined && named.startsWith(`--${spec.name}=`))
    return refuse(`${flag} takes no value.`, `Write ${flag} alone.`);
  return refuse(
    `baton ${command} has no option ${flag}.`,
    hint === undefined ? `See baton ${command} --help.` : `Did you mean ${hint}?`,
  );
}

/** What the parser's message is about, and what was probably meant. */
function readRefusal(message: string): { readonly named: string; readonly hint: string | undefined } {
  const [, named = ''] = /'(.*?)'(?: argument missing)?(?:\n|$)/s.exec(message) ?? [];
  const [, hint] = /\(Did you mean (.+)\?\)/.exec(message) ?? [];
  return { named, hint };
}

function refuse(problem: string, fix: string): CliError {
  return new CliError({ problem, fix });
}

/** Lays one item of a help text out: a term in so many cells, and beside it the description, wrapped. */
type LayOut = (term: string, cells: number, text: string) => string;

const helpCells = 100;
const optionCells = 28;
const usageCells = 40;
const commandCells = 34;
const helpOption: OptionSpec = { group: 'Output', name: 'help', short: 'h', help: 'this text' };

/** `baton --help`. */
function renderHelp(commands: readonly Command[], paint: Paint, layOut: LayOut): string {
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
function renderCommandHelp(command: Command, paint: Paint, layOut: LayOut): string {
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
