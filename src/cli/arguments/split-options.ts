import { parseArgs } from 'node:util';
import { CliError } from '../cli-error';
import { findNearestName } from './find-nearest-name';
import type { OptionSpec } from './option-spec';

/** A command line taken apart. A switch that is given has the value `''`. */
export interface SplitOptions {
  readonly positionals: readonly string[];
  readonly values: ReadonlyMap<string, readonly string[]>;
}

type Token = NonNullable<ReturnType<typeof parseArgs<{ tokens: true; strict: false; allowPositionals: true }>>['tokens']>[number];

/** Takes a command line apart. @throws CliError for an unknown option, a missing or superfluous value, or an option given twice */
export function splitOptions(command: string, args: readonly string[], specs: readonly OptionSpec[]): SplitOptions {
  const { tokens } = parseArgs({ args: [...args], options: describeOptions(specs), strict: false, allowPositionals: true, tokens: true });
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind === 'option') add(values, token, findSpec(command, token, specs));
  }
  return { positionals, values };
}

function describeOptions(specs: readonly OptionSpec[]) {
  return Object.fromEntries(
    specs.map(({ name, short, value }) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short === undefined ? {} : { short }) },
    ]),
  );
}

function findSpec(command: string, { name, rawName }: Extract<Token, { kind: 'option' }>, specs: readonly OptionSpec[]): OptionSpec {
  const spec = specs.find((candidate) => candidate.name === name);
  if (spec !== undefined) return spec;
  const nearest = findNearestName(
    name,
    specs.map((candidate) => candidate.name),
  );
  throw new CliError({
    problem: `${command} has no option ${rawName}.`,
    cure: nearest === undefined ? `See ${command} --help.` : `Did you mean --${nearest}?`,
  });
}

function add(values: Map<string, string[]>, { rawName, value }: Extract<Token, { kind: 'option' }>, spec: OptionSpec): void {
  const given = values.get(spec.name) ?? [];
  if (spec.value === undefined && value !== undefined) throw refuse(`${rawName} takes no value.`, `Write ${rawName} alone.`);
  if (spec.value !== undefined && value === undefined) throw refuse(`${rawName} needs a value.`, `Write ${rawName} ${spec.value}.`);
  if (given.length > 0 && spec.value !== undefined && spec.isRepeatable !== true) {
    throw refuse(`${rawName} is given twice.`, 'Keep one of them.');
  }
  values.set(spec.name, [...given, value ?? '']);
}

function refuse(problem: string, cure: string): CliError {
  return new CliError({ problem, cure });
}
