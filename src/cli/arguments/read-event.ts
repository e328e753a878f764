import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { CliError } from '../cli-error';

/**
 * Reads the start event: JSON text, `-` for standard input, else a file.
 *
 * @throws CliError when there is no such file, or it is not JSON
 */
export async function readEvent(event: string, stdin: NodeJS.ReadableStream): Promise<unknown> {
  if (/^\s*[[{"]/.test(event)) return parse(event, 'The event');
  if (event === '-') return parse(await text(stdin), 'Standard input');
  return parse(await readText(event), event);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new CliError({
      problem: `The event file ${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`,
      cure: `Correct the path, or write the event itself: --event '{"from":1}'.`,
      cause,
    });
  }
}

function parse(json: string, source: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new CliError({
      problem: `${source} is not JSON: ${(cause as Error).message}`,
      cure: 'Correct it; an event is any JSON document.',
      cause,
    });
  }
}
