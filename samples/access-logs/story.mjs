import { join } from 'node:path';
import { startS3 } from '../lib/start-s3.mjs';
import { makeLines, makeLog } from './make-logs.mjs';

const shapes = [
  {},
  { lineEnd: '\r\n' },
  { isPacked: true },
  { hasLastLineEnd: false },
  { isPacked: true, lineEnd: '\r\n', hasLastLineEnd: false },
  { lineCount: 1 },
];

/** Puts logs into a bucket. `scale` 1 is some 40,000 lines, 190 is 1 GB of them. */
export async function prepare({ scale, job = join(import.meta.dirname, 'job.ts'), event = {} }) {
  const s3 = await startS3({ buckets: ['logs', 'lake'] });
  const files = shapes.map((shape, index) => ({
    ...{ seed: index + 1, lineCount: Math.round(8_000 * scale), ...shape },
    key: `access/2026-11-0${index + 1}.log${shape.isPacked ? '.gz' : ''}`,
  }));
  let itemBytes = 0;
  for (const file of files) {
    const { content, bytes } = makeLog(file);
    s3.put('logs', file.key, content);
    itemBytes += bytes;
  }
  s3.put('logs', 'access/empty.log', Buffer.alloc(0));
  return {
    job,
    event: { prefix: 'access/', chunkBytes: scale > 1 ? 1_000_000 : 50_000, ...event },
    timeoutMs: scale > 1 ? 10_000 : 4_000,
    environment: { ...s3.environment, LOGS_BUCKET: 'logs', LAKE_BUCKET: 'lake' },
    itemBytes,
    itemCount: files.reduce((sum, { lineCount }) => sum + lineCount, 0),
    findDifferences: () => compare(files, s3.read('lake')),
    stop: s3.stop,
  };
}

/** Makes all lines again, and reads the lake beside them. */
function compare(files, lake) {
  const keys = [...lake.keys()].sort();
  const differences = [];
  for (const file of files) {
    const lakeRows = readLines(lake, keys, `rows/${file.key}/`);
    const lakeRejects = readLines(lake, keys, `rejects/${file.key}/`);
    const check = (actual, wanted) => {
      if (actual !== wanted) differences.push(`${file.key}: ${actual} instead of ${wanted}`);
    };
    for (const { line, row } of makeLines(file)) {
      if (row === undefined) check(lakeRejects.next().value, line.toString('latin1'));
      else check(lakeRows.next().value, Buffer.from(JSON.stringify(row)).toString('latin1'));
      if (differences.length > 0) return differences;
    }
    check(lakeRows.next().value ?? lakeRejects.next().value, undefined);
  }
  return differences;
}

/** The lines of some objects, in the order of their names. */
function* readLines(lake, keys, prefix) {
  for (const key of keys)
    if (key.startsWith(prefix)) yield* lake.get(key).toString('latin1').replace(/\n$/, '').split('\n');
}
