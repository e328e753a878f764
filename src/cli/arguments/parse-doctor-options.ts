import { CliError } from '../cli-error';
import { doctorOptionSpecs } from './doctor-option-specs';
import { splitOptions } from './split-options';

/** What `baton doctor` was asked for. */
export interface DoctorOptions {
  /** Name, `name:qualifier` or ARN; with a template a logical id, or a part of one, or nothing. */
  readonly functionName: string | undefined;
  readonly region: string | undefined;
  readonly bundle: string | undefined;
  readonly template: string | undefined;
  readonly mayFix: boolean;
  readonly mayAsk: boolean;
  readonly output: 'json' | 'text';
}

const command = 'baton doctor';

/** Reads the command line of `baton doctor`; `help` when that was asked for. @throws CliError */
export function parseDoctorOptions(args: readonly string[]): DoctorOptions | 'help' {
  const { values, positionals } = splitOptions(command, args, doctorOptionSpecs);
  if (values.has('help')) return 'help';
  const [functionName, ...others] = positionals;
  if (others.length > 0) throw refuse(`${command} looks at one function, not also ${others.join(' ')}.`, 'Leave the others out.');
  const read = (name: string) => values.get(name)?.[0];
  const template = read('template');
  if (!functionName && template === undefined) {
    throw refuse(`${command} needs the function: its name or ARN.`, `Write ${command} <function>, or ${command} --template <file>.`);
  }
  const [mayFix, isSure] = [values.has('fix'), values.has('yes')];
  if (isSure && !mayFix) throw refuse('--yes is for --fix.', 'Add --fix, or leave --yes out.');
  if (mayFix && template !== undefined)
    throw refuse('--fix changes a deployed function, not a template.', 'Write RecursiveLoop: Allow into it.');
  return {
    functionName,
    region: read('region'),
    bundle: read('bundle'),
    template,
    mayFix,
    mayAsk: !isSure,
    output: values.has('json') ? 'json' : 'text',
  };
}

function refuse(problem: string, cure: string): CliError {
  return new CliError({ problem, cure });
}
