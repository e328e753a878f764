import { CliError } from '../cli-error';
import { chooseValue } from './choose-value';
import { estimateOptionSpecs } from './estimate-option-specs';
import type { EstimateOptions } from './estimate-options';
import { parseDuration } from './parse-duration';
import { parseNumber } from './parse-number';
import { splitOptions } from './split-options';

const command = 'baton estimate';
const architectures = { x86_64: 'x86_64', arm64: 'arm64' } as const;
const timeoutRange = { leastMs: 100, mostMs: 5_400_000, most: '90m (AWS: 15m, on Managed Instances 90m)' };
const safeRange = { leastMs: 1, mostMs: 5_400_000, most: '90m' };
const startRange = { leastMs: 0, mostMs: 10_000, most: '10s' };

/** Reads the command line of `baton estimate`; `help` when that was asked for. @throws CliError */
export function parseEstimateOptions(args: readonly string[]): EstimateOptions | 'help' {
  const { values, positionals } = splitOptions(command, args, estimateOptionSpecs);
  if (values.has('help')) return 'help';
  if (positionals.length > 0) throw refusePositional(positionals);
  const read = (name: string) => values.get(name)?.[0];
  const options = {
    itemCount: readCount('--items', demand('--items', read('items')), 1e12),
    msPerItem: parseNumber(demand('--ms-per-item', read('ms-per-item')), '--ms-per-item', {
      least: 0.001,
      most: 5_400_000,
      isWhole: false,
      example: 40,
    }),
    itemsPerStep: readCount('--items-per-step', read('items-per-step') ?? '1', 1e9),
    stateBytes: readCount('--state-bytes', read('state-bytes') ?? '1024', 1e9),
    store: chooseValue('--store', read('store'), { table: 'table', none: 'none' } as const) ?? 'table',
    memoryMb: parseNumber(read('memory') ?? '512', '--memory', { least: 128, most: 10_240, isWhole: true, example: 512 }),
    architecture: chooseValue('--arch', read('arch'), architectures) ?? 'x86_64',
    timeoutMs: parseDuration(addSeconds(read('timeout') ?? '15m'), '--timeout', timeoutRange),
    safeMs: parseDuration(read('safe') ?? '60s', '--safe', safeRange),
    startMs: parseDuration(read('start') ?? '500ms', '--start', startRange),
    prices: read('prices'),
    output: values.has('json') ? 'json' : 'text',
  } as const;
  checkTimes(options);
  return options;
}

function demand(option: string, text: string | undefined): string {
  if (text !== undefined) return text;
  throw new CliError({
    problem: `${command} needs ${option}.`,
    cure: `Write for example ${command} --items 1e6 --ms-per-item 40.`,
  });
}

/** A time-out without a unit is in seconds, as Lambda's own setting is. */
function addSeconds(text: string): string {
  return /^\d+$/.test(text) ? `${text}s` : text;
}

function readCount(option: string, text: string, most: number): number {
  return parseNumber(text, option, { least: 1, most, isWhole: true, example: 1_000 });
}

/** What never reaches a safe point costs until a fuse blows, and has no estimate. */
function checkTimes({ msPerItem, itemsPerStep, timeoutMs, safeMs }: EstimateOptions): void {
  if (timeoutMs <= safeMs) {
    const problem = `--timeout (${timeoutMs} ms) must be greater than --safe (${safeMs} ms), or no invocation does anything.`;
    throw new CliError({ problem, cure: 'Raise --timeout, or lower --safe.' });
  }
  const stepMs = msPerItem * itemsPerStep;
  if (stepMs < timeoutMs) return;
  const problem = `A step of ${itemsPerStep} items takes ${stepMs} ms, which an invocation of ${timeoutMs} ms never finishes.`;
  throw new CliError({ problem, cure: 'Lower --items-per-step, or raise --timeout.' });
}

function refusePositional([first]: readonly string[]): CliError {
  return new CliError({ problem: `${command} takes no ${first}: only options.`, cure: `See ${command} --help.` });
}
