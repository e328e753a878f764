/** A longer line is cut here, and rejected for that: a file without line ends must not fill the memory. */
export const maxLineBytes = 65_536;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Splits bytes into lines. It works on bytes, so that a character that a border cuts is never decoded in halves.
 *
 * @param rest - what was left over from the chunk before
 * @param isLast - whether nothing follows: what is left over is then a line too
 */
export function splitLines(rest: Uint8Array, bytes: Uint8Array, isLast: boolean) {
  const text = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let end = text.indexOf(lineFeed); end !== -1; end = text.indexOf(lineFeed, start)) {
    lines.push(trim(text.subarray(start, end)));
    start = end + 1;
  }
  const last = text.subarray(start);
  if (isLast && last.length > 0) lines.push(trim(last));
  // A copy: a view would keep the whole chunk in the state.
  return { lines, rest: isLast ? new Uint8Array() : new Uint8Array(last.subarray(0, maxLineBytes + 1)) };
}

function trim(line: Uint8Array): Uint8Array {
  const end = line.at(-1) === carriageReturn ? -1 : line.length;
  return line.subarray(0, end).subarray(0, maxLineBytes + 1);
}
