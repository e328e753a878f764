import type { LogFile, LogFiles } from '../log-files';
import { maxLineBytes } from '../split-lines';

/** The lines of a file that begin at `from` or behind it, and before `to`, in bytes. */
export interface Range {
  readonly file: LogFile;
  readonly from: number;
  readonly to: number;
}

const lineFeed = 0x0a;

/** Cuts a file into ranges, wherever the borders fall. A packed one is entered at its begin only: it is one range. */
export function cutIntoRanges(file: LogFile, rangeBytes: number): Range[] {
  const length = file.key.endsWith('.gz') ? file.bytes : rangeBytes;
  return Array.from({ length: Math.ceil(file.bytes / length) }, (_, number) => ({
    file,
    from: number * length,
    to: Math.min((number + 1) * length, file.bytes),
  }));
}

/** Where the first line begins at a place or behind it: the two ranges that meet there find the same. */
export async function findLineStart(
  logs: LogFiles,
  file: LogFile,
  place: number,
  signal: AbortSignal,
): Promise<number> {
  if (place === 0) return 0;
  for (let offset = place - 1; place < file.bytes && offset < file.bytes; ) {
    const { bytes, end } = await logs.read(file, offset, maxLineBytes, signal);
    const position = bytes.indexOf(lineFeed);
    if (position !== -1) return offset + position + 1;
    offset = end;
  }
  return file.bytes;
}
