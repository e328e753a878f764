import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { MemoryCheckpointStore } from 'lambda-baton';
import { JobTestEnvironment } from 'lambda-baton/testing';
import { LoadAccessLogs } from './job';
import { LAKE, type LakePart } from './lake';
import { LOG_FILES, type LogFile } from './log-files';
import { parseLines } from './parse-line';
import { readMembers } from './read-members';
import { maxLineBytes, splitLines } from './split-lines';

const good = (path: string) =>
  `10.0.0.1 - frank [10/Oct/2026:13:55:36 -0700] "GET ${path} HTTP/1.1" 200 2326 "-" "A \\"quoted\\" agent"`;

/** Logs and a lake in memory, and a job between them. */
function createWorld(contents: Record<string, string>, chunkBytes: number) {
  const parts = new Map<string, LakePart>();
  const files = new Map(Object.entries(contents).map(([key, text]) => [key, Buffer.from(text)]));
  const logs = {
    list: async () => [...files].map(([key, { length }]) => ({ key, bytes: length })),
    read: async ({ key, bytes }: LogFile, offset: number, length: number) => {
      const end = Math.min(offset + length, bytes);
      return { bytes: files.get(key)?.subarray(offset, end) ?? Buffer.alloc(0), end };
    },
  };
  const lake = {
    write: async (part: LakePart) => {
      const key = `${part.file}/${part.offset}`;
      await env.effects.record(key, JSON.stringify(part));
      parts.set(key, part);
    },
  };
  const env = JobTestEnvironment.create(LoadAccessLogs, {
    input: { prefix: '', chunkBytes },
    store: () => new MemoryCheckpointStore(),
    beforeRun: () => parts.clear(),
    providers: [
      { token: LOG_FILES, useValue: logs },
      { token: LAKE, useValue: lake },
    ],
  });
  const readPaths = () => [...parts.values()].flatMap(({ rows }) => rows.map(({ path }) => path));
  return { env, readPaths };
}

it('LoadAccessLogs loads every line, wherever the borders of chunks fall and invocations end', async () => {
  const contents = { 'a.log': `${good('/größe')}\r\n${good('/2')}\nnonsense\n`, 'b.log': good('/3') };
  const { env, readPaths } = createWorld(contents, 17);
  const run = await env.run({ handOffAfterEveryStep: true });
  expect(run.result).toEqual({ files: 2, rows: 3, rejects: 1 });
  expect(readPaths()).toEqual(['/größe', '/2', '/3']);
});

it('LoadAccessLogs ends the same wherever an invocation is killed, comes twice, times out or gets no answer', async () => {
  const { env } = createWorld({ 'a.log': `${good('/1')}\nnonsense\n`, 'b.log': good('/2') }, 100);
  expect((await env.explore()).deviations).toEqual([]);
});

describe('splitLines', () => {
  it('splitLines finds the same lines however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'ö', '日', '\n', '\r\n') }),
        fc.nat(9),
        (text, cut) => {
          const bytes = Buffer.from(text);
          let [rest, start] = [new Uint8Array(), 0];
          const lines: string[] = [];
          do {
            const end = Math.min(start + cut + 1, bytes.length);
            const split = splitLines(rest, bytes.subarray(start, end), end === bytes.length);
            lines.push(...split.lines.map((line) => Buffer.from(line).toString()));
            [rest, start] = [split.rest, end];
          } while (start < bytes.length);
          expect(lines).toEqual(
            text
              .replace(/\r?\n$/, '')
              .split(/\r?\n/)
              .slice(text === '' ? 1 : 0),
          );
        },
      ),
    );
  });

  it('splitLines keeps no more of a line without end than it takes to know that it is too long', () => {
    const endless = Buffer.alloc(3 * maxLineBytes, 'a');
    const { lines, rest } = splitLines(new Uint8Array(), endless, false);
    expect({ lines, length: rest.length }).toEqual({ lines: [], length: maxLineBytes + 1 });
    expect(parseLines(splitLines(rest, Buffer.from('a\n'), true).lines)).toMatchObject({
      rows: [],
      rejects: [{ length: maxLineBytes + 1 }],
    });
  });
});

describe('parseLines', () => {
  it('parseLines reads a line in the combined format', () => {
    expect(parseLines([Buffer.from(good('/a?b'))]).rows).toEqual([
      {
        ...{ host: '10.0.0.1', user: 'frank', at: '2026-10-10T20:55:36.000Z', method: 'GET', path: '/a?b' },
        ...{ status: 200, bytes: 2326, referer: null, agent: 'A "quoted" agent' },
      },
    ]);
  });

  it.each([
    ['is empty', ''],
    ['lacks its end', good('/').slice(0, -1)],
    ['has a time that is none', good('/').replace('Oct', 'Okt')],
    ['has a request that is none', good('/').replace('GET / HTTP/1.1', '-')],
    ['is not UTF-8', Buffer.from(good('/ö'), 'latin1')],
  ])('parseLines rejects a line that %s', (_what, line) => {
    expect(parseLines([Buffer.from(line)])).toMatchObject({ rows: [], rejects: [{}] });
  });
});

describe('readMembers', () => {
  const [one, two] = [gzipSync('one'), gzipSync('two')];

  it('readMembers unpacks the members that are whole, and leaves the one that is cut', () => {
    const cut = Buffer.concat([one, two, two.subarray(0, -1)]);
    const { bytes, length } = readMembers(cut, 1_000);
    expect({ text: Buffer.from(bytes).toString(), length }).toEqual({
      text: 'onetwo',
      length: one.length + two.length,
    });
  });

  it('readMembers stops when it has enough', () => {
    expect(readMembers(Buffer.concat([one, two]), 3).length).toBe(one.length);
  });

  it('readMembers refuses a member whose checksum is wrong', () => {
    const damaged = Buffer.from(one);
    damaged.writeUInt32LE(1, damaged.length - 8);
    expect(() => readMembers(damaged, 1_000)).toThrow('A gzip member is damaged.');
  });
});
