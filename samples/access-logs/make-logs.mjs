import { gzipSync } from 'node:zlib';
import { makeRandom } from '../lib/make-random.mjs';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const paths = ['/', '/search?q=caf%C3%A9', '/größe/übersicht', '/日本語/ページ', '/a%20b/c', '/img/logo.png'];
const agents = ['Mozilla/5.0 (X11; "Linux")', 'curl/8.5.0', 'Сафари/17 \\ iOS', '🤖 bot/1.0'];
const badLines = [
  Buffer.from('this is no access log line'),
  Buffer.from(''),
  Buffer.from([0x31, 0x20, 0xff, 0xfe, 0x20, 0x22]),
  Buffer.from('10.0.0.1 - - [31/Foo/2026:99:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "-"'),
  Buffer.from('10.0.0.1 - - [01/Nov/2026:00:00:00 +0000] "GET /never/ends'),
];

/**
 * Makes the lines of one log file, one by one, so that a large one fits in memory.
 *
 * @returns each line, with the row that it is, or without one when it is bad
 */
export function* makeLines({ seed, lineCount }) {
  const random = makeRandom(seed);
  for (let number = 0; number < lineCount; number++) {
    const bad = random() < 0.01 ? badLines[Math.floor(random() * badLines.length)] : undefined;
    const { row, text } = makeRow(random, number);
    yield bad === undefined ? { line: Buffer.from(text), row } : { line: bad };
  }
}

/** @returns the content of a log file, and how many bytes it has before it is packed */
export function makeLog({ lineEnd = '\n', hasLastLineEnd = true, isPacked = false, ...shape }) {
  const blocks = [];
  let lines = [];
  for (const { line } of makeLines(shape)) {
    lines.push(line, Buffer.from(lineEnd));
    if (lines.length < 20_000) continue;
    blocks.push(Buffer.concat(lines));
    lines = [];
  }
  const content = Buffer.concat([...blocks, ...lines]);
  const whole = hasLastLineEnd ? content : content.subarray(0, -lineEnd.length);
  const { length: bytes } = whole;
  return { content: isPacked ? packInMembers(whole, makeRandom(shape.seed)) : whole, bytes };
}

function makeRow(random, number) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const date = new Date(Date.UTC(2026, 10, 1) + number * 1_000 + Math.floor(random() * 86_400) * 1_000);
  const row = {
    host: `10.${number % 256}.${Math.floor(random() * 256)}.${Math.floor(random() * 256)}`,
    user: random() < 0.1 ? 'frank' : null,
    at: date.toISOString(),
    method: random() < 0.9 ? 'GET' : 'POST',
    path: pick(paths),
    status: pick([200, 200, 200, 304, 404, 500]),
    bytes: Math.floor(random() * 50_000),
    referer: random() < 0.5 ? null : 'https://example.com/größe',
    agent: pick(agents),
  };
  const quote = (text) => text?.replace(/["\\]/g, '\\$&') ?? '-';
  const request = `"${row.method} ${row.path} HTTP/1.1" ${row.status} ${row.bytes}`;
  const rest = `"${quote(row.referer)}" "${quote(row.agent)}"`;
  return { row, text: `${row.host} - ${row.user ?? '-'} [${writeTime(date)}] ${request} ${rest}` };
}

/** Apache writes local time: here two hours ahead of UTC. */
function writeTime(date) {
  const [, year, month, day, time] =
    /^(\d+)-(\d+)-(\d+)T([\d:]+)/.exec(new Date(date.getTime() + 7_200_000).toISOString()) ?? [];
  return `${day}/${months[Number(month) - 1]}/${year}:${time} +0200`;
}

/** Members that begin anywhere, also within a line or a character, as log shippers that flush by size make them. */
function packInMembers(content, random) {
  const members = [];
  for (let start = 0; start < content.length; ) {
    const end = start + 20_000 + Math.floor(random() * 40_000);
    members.push(gzipSync(content.subarray(start, end)));
    start = end;
  }
  return Buffer.concat(members);
}
