import type { FaultProbabilities } from '../../local';
import { CliError } from '../cli-error';
import { chooseValue } from './choose-value';
import { devOptionSpecs } from './dev-option-specs';
import type { DevOptions } from './dev-options';
import { parseDuration } from './parse-duration';
import { parseNumber } from './parse-number';
import { type SplitOptions, splitOptions } from './split-options';

const command = 'baton dev';
const timeoutRange = { leastMs: 100, mostMs: 5_400_000, most: '90m (AWS: 15m, on Managed Instances 90m)' };
const retryRange = { leastMs: 0, mostMs: 3_600_000, most: '60m' };
const faultOptions: Readonly<Record<string, keyof FaultProbabilities>> = {
  crash: 'crash',
  duplicate: 'duplicate',
  throttle: 'throttle',
  'lost-reply': 'lost-reply',
  error: 'server-error',
  hang: 'hang',
};

/** Reads the command line of `baton dev`; `help` when that was asked for. @throws CliError */
export function parseDevOptions(args: readonly string[]): DevOptions | 'help' {
  const split = splitOptions(command, args, devOptionSpecs);
  if (split.values.has('help')) return 'help';
  const read = (name: string) => split.values.get(name)?.[0];
  const retryDelayMs = parseDuration(read('retry-delay') ?? '200ms', '--retry-delay', retryRange);
  return {
    file: read('template') === undefined ? readFile(split) : refuseFile(split),
    template: readTemplate(read),
    given: new Set(split.values.keys()),
    event: read('event') ?? '{}',
    timeoutMs: parseDuration(read('timeout') ?? '3s', '--timeout', timeoutRange),
    memoryMb: parseNumber(read('memory') ?? '512', '--memory', { least: 128, most: 10_240, isWhole: true, example: 512 }),
    handler: read('handler') ?? 'handler',
    environment: readEnvironment(split.values.get('env') ?? []),
    nodePath: read('node'),
    hasQueue: !split.values.has('no-queue'),
    hasStore: !split.values.has('no-store'),
    recursiveLoop: chooseValue('--recursion', read('recursion'), { allow: 'Allow', terminate: 'Terminate' }) ?? 'Allow',
    retryDelaysMs: [retryDelayMs, 2 * retryDelayMs],
    architecture: chooseValue('--arch', read('arch'), { x86_64: 'x86_64', arm64: 'arm64' }) ?? 'x86_64',
    faults: readFaults(read),
    seed: readSeed(read('seed')),
    output: readOutput(split),
  };
}

function readFile({ positionals: [file, ...others] }: SplitOptions): string {
  if (file === undefined) {
    throw new CliError({
      problem: `${command} needs the file that exports the handler.`,
      cure: 'Write baton dev src/job.ts, or the path of a bundle.',
    });
  }
  if (others.length > 0) {
    throw new CliError({
      problem: `${command} runs one file, not also ${others.join(' ')}.`,
      cure: 'Leave the others out, or quote a path with blanks.',
    });
  }
  return file;
}

function readTemplate(read: (name: string) => string | undefined): DevOptions['template'] {
  const [file, functionId] = [read('template'), read('function')];
  if (file !== undefined) return { file, functionId };
  if (functionId === undefined) return undefined;
  throw new CliError({
    problem: '--function names a function of a template, and there is none.',
    cure: 'Add --template <file>, or leave it out.',
  });
}

/** A template says which code is run, and which of its exports. */
function refuseFile({ positionals: [file], values }: SplitOptions): string {
  const superfluous = file ?? (values.has('handler') ? '--handler' : undefined);
  if (superfluous === undefined) return '';
  throw new CliError({ problem: `--template says what is run, and so does ${superfluous}.`, cure: 'Keep one of them.' });
}

function readEnvironment(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(pair) ?? [];
      if (name !== undefined && value !== undefined) return [name, value];
      throw new CliError({ problem: `--env ${pair}: that is not NAME=value.`, cure: 'Write for example --env STAGE=dev.' });
    }),
  );
}

function readFaults(read: (name: string) => string | undefined): FaultProbabilities {
  const entries = Object.entries(faultOptions).flatMap(([option, kind]) => {
    const text = read(option);
    return text === undefined ? [] : [[kind, parseNumber(text, `--${option}`, { least: 0, most: 1, isWhole: false, example: 0.05 })]];
  });
  return Object.fromEntries(entries) as FaultProbabilities;
}

function readSeed(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseNumber(text, '--seed', { least: 0, most: 2 ** 32 - 1, isWhole: true, example: 42 });
}

function readOutput({ values }: SplitOptions): DevOptions['output'] {
  if (values.has('json')) return 'json';
  return values.has('quiet') ? 'quiet' : 'text';
}
