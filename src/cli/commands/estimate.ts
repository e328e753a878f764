import { findNearestName } from '../../errors/nearest-name';
import { listPrices, type Prices } from '../../runtime/core/cost/cost';
import {
  architectures,
  chooseValue,
  type DurationRange,
  parseDuration,
  parseNumber,
  readEvent,
  timeoutRange,
} from '../arguments/read-values';
import { CliError, type Command, type GivenOptions, jsonOption } from '../command';
import { estimateWork, renderEstimate } from '../estimate/estimate-work';
import type { Workload } from '../estimate/offers';
import { writeJson } from '../view/text';

const work = 'The work';
const fn = 'The function';

/** `baton estimate`. */
export const estimate: Command = {
  name: 'estimate',
  summary: 'works out what a workload needs and costs, before it runs',
  usage: [['baton estimate --items <n> --ms-per-item <ms> [options]', '']],
  options: [
    { group: work, name: 'items', value: '<n>', help: 'how many there are: 250000, 1e6 (required)' },
    { group: work, name: 'ms-per-item', value: '<ms>', help: 'how long one takes (required)' },
    {
      group: work,
      name: 'items-per-step',
      value: '<n>',
      help: 'how many one step does, and one checkpoint covers (default: 1)',
    },
    { group: work, name: 'state-bytes', value: '<n>', help: 'how large the saved state is (default: 1024)' },
    {
      group: work,
      name: 'store',
      value: '<table|none>',
      help: 'where checkpoints go: a DynamoDB table after every step, or nowhere but with the continuation (default: table)',
    },

    { group: work, name: 'waits', value: '<n>', help: 'how often it waits, in all (default: never)' },
    {
      group: work,
      name: 'wait-for',
      value: '<duration>',
      help: 'how long it waits each time: 60s, 30m (default: 15m); longer waits go by a schedule, others by the queue',
    },

    { group: fn, name: 'memory', value: '<MB>', help: 'its memory (default: 512)' },
    { group: fn, name: 'arch', value: '<x86_64|arm64>', help: 'whose prices count (default: x86_64)' },
    {
      group: fn,
      name: 'timeout',
      value: '<duration>',
      help: 'its time-out: 900 (seconds), 900ms, 5s, 15m (default: 15m)',
    },
    { group: fn, name: 'safe', value: '<duration>', help: "the job's safeMs (default: 60s)" },
    {
      group: fn,
      name: 'start',
      value: '<duration>',
      help: 'a cold start, billed with every invocation (default: 500ms)',
    },

    {
      group: 'Output',
      name: 'prices',
      value: '<file|json>',
      help: `prices to use instead, by the names that --json prints, for example {"gbSecondUsd":{"arm64":0.00001}}`,
    },
    jsonOption,
  ],
  async run(request) {
    const { streams, isJson, paint, read } = request;
    const given = readWork(request);
    checkTimes(given);
    const workload = { ...given, prices: await readPrices(read('prices'), streams.stdin) };
    const needed = estimateWork(workload);
    streams.stdout.write(
      isJson ? `${writeJson({ ...needed, workload })}\n` : renderEstimate(needed, workload, paint),
    );
    return 0;
  },
};

const safeRange: DurationRange = { leastMs: 1, maxMs: 5_400_000, most: '90m' };
const startRange: DurationRange = { leastMs: 0, maxMs: 10_000, most: '10s' };

function readWork({ read }: Pick<GivenOptions, 'read'>): Omit<Workload, 'prices'> {
  const perItem = { least: 0.001, most: 5_400_000, isWhole: false, example: 40 };
  return {
    itemCount: readCount('--items', demand('--items', read('items')), 1e12),
    msPerItem: parseNumber(demand('--ms-per-item', read('ms-per-item')), '--ms-per-item', perItem),
    itemsPerStep: readCount('--items-per-step', read('items-per-step') ?? '1', 1e9),
    stateBytes: readCount('--state-bytes', read('state-bytes') ?? '1024', 1e9),
    store: chooseValue('--store', read('store'), { table: 'table', none: 'none' } as const) ?? 'table',
    memoryMb: parseNumber(read('memory') ?? '512', '--memory', {
      least: 128,
      most: 10_240,
      isWhole: true,
      example: 512,
    }),
    ...readWaits({ read }),
    architecture: chooseValue('--arch', read('arch'), architectures) ?? 'x86_64',
    timeoutMs: parseDuration(addSeconds(read('timeout') ?? '15m'), '--timeout', timeoutRange),
    safeMs: parseDuration(read('safe') ?? '60s', '--safe', safeRange),
    startMs: parseDuration(read('start') ?? '500ms', '--start', startRange),
  };
}

const waitRange: DurationRange = { leastMs: 1_000, maxMs: 31_536_000_000, most: '525600m (a year)' };

/** Waits of less than their default are for the queue. @throws CliError for a length without a number of waits */
function readWaits({ read }: Pick<GivenOptions, 'read'>): Pick<Workload, 'waits'> {
  const [count, length] = [read('waits'), read('wait-for')];
  if (count === undefined && length !== undefined)
    throw new CliError({
      problem: '--wait-for says how long a wait is, and not how many there are.',
      fix: 'Add --waits <n>, or leave it out.',
    });
  if (count === undefined) return {};
  const seconds = parseDuration(length ?? '15m', '--wait-for', waitRange) / 1_000;
  return { waits: { count: readCount('--waits', count, 1e9), seconds } };
}

function demand(option: string, text: string | undefined): string {
  if (text !== undefined) return text;
  throw new CliError({
    problem: `baton estimate needs ${option}.`,
    fix: 'Write for example baton estimate --items 1e6 --ms-per-item 40.',
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
function checkTimes({ msPerItem, itemsPerStep, timeoutMs, safeMs }: Omit<Workload, 'prices'>): void {
  if (timeoutMs <= safeMs) {
    const problem = `--timeout (${timeoutMs} ms) must be greater than --safe (${safeMs} ms), or no invocation does anything.`;
    throw new CliError({ problem, fix: 'Raise --timeout, or lower --safe.' });
  }
  const stepMs = msPerItem * itemsPerStep;
  if (stepMs < timeoutMs) return;
  const problem = `A step of ${itemsPerStep} items takes ${stepMs} ms, which an invocation of ${timeoutMs} ms never finishes.`;
  throw new CliError({ problem, fix: 'Lower --items-per-step, or raise --timeout.' });
}

const naming = { noun: 'price', example: `--prices '{"lambdaRequestUsd":0.0000001}'` };

type Tree = { readonly [name: string]: unknown };

/** The list prices with those that the user pays in their place. @throws CliError for a name that there is not, or a price that is no amount */
async function readPrices(given: string | undefined, stdin: NodeJS.ReadableStream): Promise<Prices> {
  if (given === undefined) return listPrices;
  return replace(
    listPrices as unknown as Tree,
    await readEvent(given, stdin, naming),
    '',
  ) as unknown as Prices;
}

function replace(original: Tree, given: unknown, path: string): Tree {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw refuse(path || 'That', 'an object of prices');
  const replaced = Object.entries(given).map(([name, value]) => [
    name,
    replaceOne(original, name, value, `${path}${name}`),
  ]);
  return { ...original, ...Object.fromEntries(replaced) };
}

function replaceOne(original: Tree, name: string, value: unknown, path: string): unknown {
  if (!Object.hasOwn(original, name)) throw refuseName(path, name, Object.keys(original));
  const expected = original[name];
  if (typeof expected === 'object') return replace(expected as Tree, value, `${path}.`);
  if (typeof expected === 'string') return typeof value === 'string' ? value : fail(path, 'a text');
  return typeof value === 'number' && value >= 0 ? value : fail(path, 'an amount in US dollars, 0 or more');
}

function fail(path: string, expected: string): never {
  throw refuse(path, expected);
}

function refuse(path: string, expected: string): CliError {
  return new CliError({
    problem: `--prices: ${path} is not ${expected}.`,
    fix: 'Correct it; baton estimate --json prints all prices.',
  });
}

function refuseName(path: string, name: string, names: readonly string[]): CliError {
  const nearest = findNearestName(name, names);
  const fix = nearest === undefined ? `Use ${names.join(', ')}.` : `Did you mean ${nearest}?`;
  return new CliError({ problem: `--prices: there is no price ${path}.`, fix });
}
