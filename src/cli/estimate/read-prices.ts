import { findNearestName } from '../../errors/nearest-name';
import { listPrices, type Prices } from '../../runtime/core/cost/prices';
import { readEvent } from '../arguments/read-event';
import { CliError } from '../cli-error';

const naming = { noun: 'price', example: `--prices '{"lambdaRequestUsd":0.0000001}'` };

type Tree = { readonly [name: string]: unknown };

/** The list prices with those that the user pays in their place. @throws CliError for a name that there is not, or a price that is no amount */
export async function readPrices(given: string | undefined, stdin: NodeJS.ReadableStream): Promise<Prices> {
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
