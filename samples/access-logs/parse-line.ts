import { maxLineBytes } from './split-lines';

/** One request, as Apache's combined log format tells it. */
export interface LogRow {
  readonly host: string;
  readonly user: string | null;
  /** ISO 8601, in UTC. */
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly bytes: number;
  readonly referer: string | null;
  readonly agent: string | null;
}

const quoted = '"((?:[^"\\\\]|\\\\.)*)"';
const combined = new RegExp(
  `^(\\S+) \\S+ (\\S+) \\[([^\\]]+)\\] ${quoted} (\\d{3}) (\\d+|-) ${quoted} ${quoted}$`,
);
const clock = /^(\d\d)\/(\w{3})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)$/;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads lines: rows, and those that are none. */
export function parseLines(lines: readonly Uint8Array[]): { rows: LogRow[]; rejects: Uint8Array[] } {
  const rows: LogRow[] = [];
  const rejects: Uint8Array[] = [];
  for (const line of lines) {
    const row = parseLine(line);
    if (row === undefined) rejects.push(line);
    else rows.push(row);
  }
  return { rows, rejects };
}

/** Reads a line; undefined when it is not in the combined format, not UTF-8, or too long. */
function parseLine(line: Uint8Array): LogRow | undefined {
  const match = combined.exec(decode(line) ?? '');
  if (match === null) return undefined;
  const [, host = '', user = '', time = '', request = '', status, bytes, referer = '', agent = ''] = match;
  const at = readTime(time);
  const [method, path, protocol] = request.split(' ');
  if (at === undefined || !method || !path || !protocol?.startsWith('HTTP/')) return undefined;
  return {
    ...{ host, user: orNull(user), at, method, path },
    ...{ status: Number(status), bytes: bytes === '-' ? 0 : Number(bytes) },
    ...{ referer: orNull(unquote(referer)), agent: orNull(unquote(agent)) },
  };
}

function decode(line: Uint8Array): string | undefined {
  if (line.length > maxLineBytes) return undefined;
  try {
    return utf8.decode(line);
  } catch {
    return undefined;
  }
}

function readTime(text: string): string | undefined {
  const [, day, month = '', year, time, hours, minutes] = clock.exec(text) ?? [];
  const number = String(months.indexOf(month) + 1).padStart(2, '0');
  const date = new Date(`${year}-${number}-${day}T${time}${hours}:${minutes}`);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function unquote(text: string): string {
  return text.replace(/\\(["\\])/g, '$1');
}

function orNull(text: string): string | null {
  return text === '-' ? null : text;
}
