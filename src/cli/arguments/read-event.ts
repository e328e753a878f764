import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { CliError } from '../cli-error';
import { decodeText } from '../decode-text';
import { missingFileError } from './read-values';

/** How messages name what is read. */
interface Naming {
  readonly noun: string;
  /** How the text itself is written on the command line. */
  readonly example: string;
}

/**
 * Reads the start event, or another JSON document: JSON text, `-` for standard input, else a file.
 *
 * @throws CliError when there is no such file, or it is not JSON
 */
export async function readEvent(
  event: string,
  stdin: NodeJS.ReadableStream,
  naming: Naming = ofEvent,
): Promise<unknown> {
  if (/^\s*[[{"]/.test(event)) return parse(event.replace(/^\ufeff/, ''), `The ${naming.noun}`);
  if (event === '-') return parse(decodeText(await buffer(stdin), 'Standard input'), 'Standard input');
  return parse(decodeText(await readBytes(event, naming), event), event);
}

const ofEvent: Naming = { noun: 'event', example: `--event '{"from":1}'` };

async function readBytes(file: string, { noun, example }: Naming): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw missingFileError(
      `The ${noun} file`,
      file,
      `Correct the path, or write the ${noun} itself: ${example}.`,
      cause,
    );
  }
}

function parse(json: string, source: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new CliError({
      problem: `${source} is not JSON: ${(cause as Error).message}`,
      fix: 'Correct it; that has to be a JSON document.',
      cause,
    });
  }
}
