// How small each way of compressing makes a state, and how long it takes: what packStoredFrom and packLevel were chosen by.
// Run: node bench/pack-state.mjs
import { brotliCompressSync, constants, gunzipSync, gzipSync } from 'node:zlib';

const rounds = 150;
const brotli = (level) => (text) =>
  brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: level } });
const ways = {
  'gzip 1': (text) => gzipSync(text, { level: 1 }),
  'gzip 4': (text) => gzipSync(text, { level: 4 }),
  'gzip 6': (text) => gzipSync(text, { level: 6 }),
  'brotli 1': brotli(1),
  'brotli 4': brotli(4),
};

for (const rows of [5, 12, 25, 50, 120, 600, 2_500, 12_000]) {
  const text = JSON.stringify(makeState(rows));
  const cells = Object.entries(ways).map(([name, pack]) => {
    const share = pack(text).toString('base64').length / text.length;
    return `${name}: ${Math.round(100 * share)} % in ${Math.round(leastMicroseconds(() => pack(text).toString('base64')))} µs`;
  });
  const packed = gzipSync(text, { level: 1 });
  console.log(
    `${text.length} characters`.padStart(18),
    '|',
    cells.join(' | '),
    `| unpacking: ${Math.round(leastMicroseconds(() => gunzipSync(packed)))} µs`,
  );
}

function makeState(rows) {
  const pending = Array.from({ length: rows }, (_none, row) => ({
    id: `pay_${(Math.imul(row, 2_654_435_761) >>> 0).toString(36)}`,
    amount: ((row * 7_919) % 100_000) / 100,
    state: ['open', 'paid', 'void'][row % 3],
    at: 1_795_000_000_000 + row * 1_371,
  }));
  return { cursor: `c-${rows}`, totals: { seen: rows, repaired: 3 }, pending };
}

/** The least of many rounds: what the work takes when nothing disturbs it. */
function leastMicroseconds(work) {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round += 1) {
    const startMs = performance.now();
    work();
    least = Math.min(least, 1_000 * (performance.now() - startMs));
  }
  return least;
}
