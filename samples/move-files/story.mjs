import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { makeRandom } from '../lib/make-random.mjs';
import { startS3 } from '../lib/start-s3.mjs';

const oddNames = [
  'space and+plus',
  'per%20cent%zz',
  'quote\'"&<>',
  'größe/日本語/🤖',
  'folder/',
  '//double//slash',
  'question?a=1&b=#2',
  'x'.repeat(900),
];

/** Files in a bucket: most of them small, some empty, two large, some with odd names. `scale` 1 is 220. */
export async function prepare({ scale, seed }) {
  const random = makeRandom(seed);
  const unverified = [];
  const onDelete = (bucket, key, store) => {
    const [one, other] = ['source', 'target'].map((name) => store.buckets.get(name).get(key)?.body);
    if (bucket === 'source' && one && !(other && one.equals(other))) unverified.push(key);
  };
  const s3 = await startS3({ buckets: ['source', 'target'], onDelete });
  const count = Math.round(220 * scale);
  for (let number = 0; number < count; number++) {
    const name = number < oddNames.length ? oddNames[number] : `file-${String(number).padStart(7, '0')}`;
    const bytes = number % 17 === 0 ? 0 : number % 199 === 50 ? 6_000_000 : Math.floor(random() * 2_000);
    s3.put('source', `in/${name}`, Buffer.alloc(bytes, `${number} ${random()} `));
  }
  s3.put('source', 'elsewhere/stays', 'not under the prefix');
  const expected = readHashes(s3, 'source', 'in/');
  return {
    job: join(import.meta.dirname, 'job.ts'),
    event: { prefix: 'in/' },
    timeoutMs: 4_000,
    environment: { ...s3.environment, SOURCE_BUCKET: 'source', TARGET_BUCKET: 'target' },
    itemCount: count,
    findDifferences: () => [
      ...unverified.map((key) => `${key} was deleted before its copy was the same`),
      ...[...readHashes(s3, 'source', 'in/').keys()].map((key) => `${key} is still there`),
      ...(s3.read('source').has('elsewhere/stays') ? [] : ['a file that is not under the prefix is gone']),
      ...compare(expected, readHashes(s3, 'target', '')),
    ],
    stop: s3.stop,
  };
}

function compare(expected, actual) {
  const missing = [...expected].filter(([key, hash]) => actual.get(key) !== hash);
  const added = [...actual.keys()].filter((key) => !expected.has(key));
  return [
    ...missing.slice(0, 5).map(([key]) => `${key} is not what it was`),
    ...added.slice(0, 5).map((key) => `${key} came from nowhere`),
  ];
}

function readHashes(s3, bucket, prefix) {
  const objects = [...s3.read(bucket)].filter(([key]) => key.startsWith(prefix));
  return new Map(objects.map(([key, body]) => [key, createHash('sha256').update(body).digest('hex')]));
}
