import fc from 'fast-check';
import { MemoryCheckpointStore } from 'lambda-baton';
import { JobTestEnvironment } from 'lambda-baton/testing';
import { LAKE, type LakePart } from '../lake';
import { LOG_FILES, type LogFile } from '../log-files';
import { cutIntoRanges, findLineStart } from './cut-into-ranges';
import { LoadAllLogs } from './job';
import { LoadRange } from './load-range';

const good = (path: string) =>
  `10.0.0.1 - - [10/Oct/2026:13:55:36 -0700] "GET ${path} HTTP/1.1" 200 2326 "-" "-"`;

function createLogs(contents: Record<string, string>) {
  const files = new Map(Object.entries(contents).map(([key, text]) => [key, Buffer.from(text)]));
  return {
    list: async () => [...files].map(([key, { length }]) => ({ key, bytes: length })),
    read: async ({ key, bytes }: LogFile, offset: number, length: number) => {
      const end = Math.min(offset + length, bytes);
      return { bytes: files.get(key)?.subarray(offset, end) ?? Buffer.alloc(0), end };
    },
  };
}

/** Logs and a lake in memory, and the parent and its children between them. */
function createWorld(contents: Record<string, string>, rangeBytes: number) {
  const parts = new Map<string, LakePart>();
  const lake = {
    write: async (part: LakePart) => {
      const key = `${part.file}/${String(part.offset).padStart(6, '0')}`;
      await env.effects.record(key, JSON.stringify(part));
      parts.set(key, part);
    },
  };
  const env = JobTestEnvironment.create(LoadAllLogs, {
    otherJobs: [LoadRange],
    input: { prefix: '', rangeBytes, chunkBytes: 50 },
    store: () => new MemoryCheckpointStore(),
    beforeRun: () => parts.clear(),
    providers: [
      { token: LOG_FILES, useValue: createLogs(contents) },
      { token: LAKE, useValue: lake },
    ],
  });
  const readPaths = () =>
    [...parts.keys()].sort().flatMap((key) => parts.get(key)?.rows.map(({ path }) => path) ?? []);
  return { env, readPaths };
}

it('LoadAllLogs loads every line once, wherever the borders of ranges fall', async () => {
  const contents = { 'a.log': `${good('/größe')}\r\n${good('/2')}\nnonsense\n`, 'b.log': good('/3') };
  for (const rangeBytes of [7, 84, 1_000]) {
    const { env, readPaths } = createWorld(contents, rangeBytes);
    const run = await env.run({ handOffAfterEveryStep: true });
    expect(run.result).toMatchObject({ rows: 3, rejects: 1 });
    expect(readPaths()).toEqual(['/größe', '/2', '/3']);
  }
});

it('LoadAllLogs ends the same wherever an invocation is killed, comes twice, times out or gets no answer', async () => {
  const { env, readPaths } = createWorld({ 'a.log': `${good('/1')}\n${good('/2')}\nnonsense\n` }, 100);
  const compare = ({ outcome, result }: { outcome: string; result?: unknown }) => [
    outcome,
    result,
    readPaths(),
  ];
  expect((await env.explore({ compare })).deviations).toEqual([]);
}, 60_000);

it('LoadAllLogs finds borders that leave out no byte and none twice, however a file is cut', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'ö', '\n', '\r\n'), minLength: 1 });
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), async (content, rangeBytes) => {
      const logs = createLogs({ log: content });
      const file = { key: 'log', bytes: Buffer.byteLength(content) };
      const { signal } = new AbortController();
      const read = async ({ from, to }: { from: number; to: number }) => [
        await findLineStart(logs, file, from, signal),
        await findLineStart(logs, file, to, signal),
      ];
      const borders = await Promise.all(cutIntoRanges(file, rangeBytes).map(read));
      expect(borders[0]?.[0]).toBe(0);
      expect(borders.at(-1)?.[1]).toBe(file.bytes);
      for (const [index, [start = 0]] of borders.entries()) {
        if (index > 0) expect(start).toBe(borders[index - 1]?.[1]);
        if (start > 0 && start < file.bytes) expect(Buffer.from(content)[start - 1]).toBe(0x0a);
      }
    }),
  );
});

it('LoadAllLogs does not cut what is packed', () => {
  expect(cutIntoRanges({ key: 'a.gz', bytes: 100 }, 10)).toMatchObject([{ from: 0, to: 100 }]);
});
