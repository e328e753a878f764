import { join } from 'node:path';
import { startS3 } from '../lib/start-s3.mjs';
import { makeLog } from './make-logs.mjs';

const shapes = [
  {},
  { lineEnd: '\r\n' },
  { isPacked: true },
  { hasLastLineEnd: false },
  { isPacked: true, lineEnd: '\r\n', hasLastLineEnd: false },
  { lineCount: 1 },
];

/** Puts logs into a bucket. `scale` 1 is some 40,000 lines. */
export async function prepare({ scale }) {
  const s3 = await startS3({ buckets: ['logs', 'lake'] });
  const expected = { rows: [], rejects: [] };
  for (const [index, shape] of shapes.entries()) {
    const log = makeLog({ seed: index + 1, lineCount: Math.round(8_000 * scale), ...shape });
    s3.put('logs', `access/2026-11-0${index + 1}.log${shape.isPacked ? '.gz' : ''}`, log.content);
    for (const row of log.rows) expected.rows.push(JSON.stringify(row));
    for (const line of log.rejects) expected.rejects.push(line.toString('latin1'));
  }
  s3.put('logs', 'access/empty.log', Buffer.alloc(0));
  return {
    job: join(import.meta.dirname, 'job.ts'),
    event: { prefix: 'access/', chunkBytes: scale > 1 ? 1_000_000 : 50_000 },
    timeoutMs: scale > 1 ? 10_000 : 4_000,
    environment: { ...s3.environment, LOGS_BUCKET: 'logs', LAKE_BUCKET: 'lake' },
    itemCount: expected.rows.length + expected.rejects.length,
    findDifferences: () => compare(expected, readLake(s3)),
    stop: s3.stop,
  };
}

function readLake(s3) {
  const parts = [...s3.read('lake')].sort(([one], [other]) => (one < other ? -1 : 1));
  const read = (prefix, encoding) =>
    parts
      .filter(([key]) => key.startsWith(prefix))
      .flatMap(([, body]) => body.toString(encoding).replace(/\n$/, '').split('\n'));
  return { rows: read('rows/', 'utf8'), rejects: read('rejects/', 'latin1') };
}

function compare(expected, actual) {
  return ['rows', 'rejects'].flatMap((kind) => {
    const at = expected[kind].findIndex((line, index) => line !== actual[kind][index]);
    if (at === -1 && expected[kind].length === actual[kind].length) return [];
    return [
      `${kind}: ${actual[kind].length} of ${expected[kind].length}; the first difference is at ${at}: ` +
        `${actual[kind][at]} instead of ${expected[kind][at]}`,
    ];
  });
}
