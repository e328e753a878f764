import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { estimateWork } from '../../src/cli/estimate/estimate-work';
import type { Workload } from '../../src/cli/estimate/offers';
import { formatPrice } from '../../src/cli/estimate/offers';
import { listPrices } from '../../src/runtime/core/cost/cost';
import { readPrinted } from './read-printed';

const million = '--items 1e6 --ms-per-item 40 --memory 512 --arch arm64 --timeout 900';
const estimate = (options: string, ...more: string[]) =>
  readPrinted(['estimate', ...options.split(' '), ...more]);
const readJson = async (options: string, ...more: string[]) =>
  JSON.parse((await estimate(options, '--json', ...more)).stdout);
const totals = (printed: { offers: { totalUsd: number }[] }) =>
  printed.offers.map(({ totalUsd }) => totalUsd);

describe('baton estimate', () => {
  it('baton estimate prints invocations, hand-offs, GB-seconds and dollars beside the same work elsewhere, with date and arithmetic', async () => {
    const { exitCode, stdout, stderr } = await estimate(million);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(`\n${stdout}`).toMatchInlineSnapshot(`
"
baton estimate 1,000,000 items × 40 ms (512 MB arm64, time-out 15 min, safe window 1 min, DynamoDB table)
  steps         1,000,000 of 1 item
  invocations   48 of up to 21,000 steps, 11 h 7 min one after the other
  hand-offs     47
  GB-seconds    20,012 = 40,024 s × 512 / 1,024 GB; each invocation starts in 500 ms

lambda-baton $1.52
  duration      $0.267        20,012 GB-s × $0.0000133334
  requests      $0.00000960   48 × $0.20 per million
  table writes  $1.25         1,000,096 × 2 units × $0.625 per million
  table reads   $0.0000120    48 × 2 units × $0.125 per million

Lambda durable functions $8.52
  duration      $0.267        20,012 GB-s × $0.0000133334
  requests      $0.00000960   48 × $0.20 per million
  operations    $8.00         1,000,000 × $8 per million
  data written  $0.256        1,000,000 × 1,024 B × $0.25 per GB

Step Functions Standard $25.47
  duration      $0.267        20,000 GB-s × $0.0000133334
  requests      $0.200        1,000,000 × $0.20 per million
  transitions   $25.00        1,000,000 (at least) × $25 per million

At the list prices of November 2026 (us-east-1); free tier, logs, storage and what the steps themselves call are not counted.
"
`);
  });

  it('baton estimate prints the same as one object with --json', async () => {
    expect(await readJson(million)).toMatchObject({
      pricesOf: 'November 2026',
      region: 'us-east-1',
      stepCount: 1_000_000,
      invocationCount: 48,
      handOffCount: 47,
      gbSeconds: 20_012,
      offers: [
        { name: 'lambda-baton' },
        { name: 'Lambda durable functions' },
        { name: 'Step Functions Standard' },
      ],
      workload: { itemCount: 1_000_000, timeoutMs: 900_000, safeMs: 60_000, prices: listPrices },
    });
  });

  it.each([
    [1, 1],
    [21_000, 1],
    [21_001, 2],
    [42_000, 2],
  ])('baton estimate fits %i items into %i invocations', async (items, invocationCount) => {
    expect(await readJson(`--items ${items} --ms-per-item 40`)).toMatchObject({
      invocationCount,
      handOffCount: invocationCount - 1,
    });
  });

  it('baton estimate has no cost of checkpoints without a store', async () => {
    const [baton] = (await readJson(million, '--store', 'none')).offers;
    expect(baton.parts.map(({ what }: { what: string }) => what)).toEqual(['duration', 'requests']);
  });

  it('baton estimate pays for what one checkpoint holds, by the kilobyte', async () => {
    const [small] = totals(await readJson(million, '--state-bytes', '300'));
    const [large] = totals(await readJson(million, '--state-bytes', '20000'));
    expect((large ?? 0) - (small ?? 0)).toBeCloseTo(20 * 0.625, 1);
  });

  it.each([
    ['15m', 'queue', 3 * 0.4],
    ['16m', 'schedules', 1],
    ['43200m', 'schedules', 1],
  ])(
    'baton estimate pays for waits of %s by the %s, and for the invocation after each',
    async (length, what, usdPerMillion) => {
      const waiting = await readJson(million, '--waits', '1000', '--wait-for', length);
      const without = await readJson(million);
      expect(waiting.invocationCount).toBe(without.invocationCount + 1_000);
      const [baton, durable] = waiting.offers;
      expect(baton.parts.at(-1)).toMatchObject({
        what,
        usd: expect.closeTo((usdPerMillion * 1_000) / 1e6, 9),
      });
      expect(durable.parts.at(-2)).toMatchObject({ what: 'operations', usd: expect.closeTo(8.008, 3) });
    },
  );

  it('baton estimate costs less the more items a step does', async () => {
    const prints = await readJson(million, '--items-per-step', '100');
    expect(prints).toMatchObject({ stepCount: 10_000, stepsPerInvocation: 210, invocationCount: 48 });
    expect(totals(prints)[2]).toBeCloseTo(0.267 + 0.002 + 0.25, 2);
  });

  it('baton estimate counts with prices of the user, given as text or as a file', async () => {
    const prices = JSON.stringify({ date: 'May 2027', gbSecondUsd: { arm64: 0 }, durableOperationUsd: 0 });
    const folder = mkdtempSync(join(tmpdir(), 'baton-estimate-test-'));
    try {
      writeFileSync(join(folder, 'prices.json'), prices);
      for (const given of [prices, join(folder, 'prices.json')]) {
        const { pricesOf, offers } = await readJson(million, '--prices', given);
        expect({ pricesOf, durableUsd: offers[1].totalUsd }).toEqual({
          pricesOf: 'May 2027',
          durableUsd: expect.closeTo(0.256, 3),
        });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    [
      '--ms-per-item 40',
      'baton estimate needs --items.',
      'Write for example baton estimate --items 1e6 --ms-per-item 40.',
    ],
    ['--items 10', 'baton estimate needs --ms-per-item.', 'Write for example'],
    [
      '--items 10 --ms-per-item 4 --timeout 60',
      '--timeout (60000 ms) must be greater than --safe (60000 ms)',
      'Raise --timeout',
    ],
    [
      '--items 10 --ms-per-item 9000 --items-per-step 100',
      'A step of 100 items takes 900000 ms',
      'Lower --items-per-step',
    ],
    ['--items 0 --ms-per-item 4', '--items 0: that is not a whole number from 1', 'Write for example'],
    ['--items 10 --ms-per-item 4 --wait-for 30m', '--wait-for says how long a wait is', 'Add --waits <n>'],
    ['--items 10 --ms-per-item 4 --store s3', '--store s3: that is no choice.', 'Write table or none.'],
    [
      '--items 10 --ms-per-item 4 --prices {"lambdaRequestUSD":1}',
      '--prices: there is no price lambdaRequestUSD.',
      'Did you mean',
    ],
    [
      '--items 10 --ms-per-item 4 --prices {"gbSecondUsd":{"arm64":-1}}',
      '--prices: gbSecondUsd.arm64 is not an amount',
      'Correct it',
    ],
    [
      '--items 10 --ms-per-item 4 --prices {"gbSecondUsd":1}',
      '--prices: gbSecondUsd. is not an object of prices.',
      'Correct it',
    ],
    ['--items 10 --ms-per-item 4 --prices []', '--prices: That is not an object of prices.', 'Correct it'],
    [
      '--items 10 --ms-per-item 4 --prices none.json',
      'The price file none.json cannot be read (ENOENT).',
      'Correct the path',
    ],
    ['job.ts', 'baton estimate takes no job.ts: only options.', 'See baton estimate --help.'],
  ])('baton estimate refuses "%s" with 2', async (options, problem, fix) => {
    const { exitCode, stdout, stderr } = await estimate(options);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(problem);
    expect(stderr).toContain(`\n→ ${fix}`);
  });

  it('baton estimate explains all its options in 110 columns', async () => {
    const { stdout, exitCode } = await estimate('--help');
    expect(exitCode).toBe(0);
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(110);
    for (const option of ['items', 'ms-per-item', 'safe', 'state-bytes', 'store', 'json'])
      expect(stdout).toContain(`--${option}`);
  });
});

describe('an estimate', () => {
  const count = (max: number) => fc.integer({ min: 1, max });
  const workloads: fc.Arbitrary<Workload> = fc.record({
    itemCount: count(1e9),
    msPerItem: count(1_000),
    itemsPerStep: count(50),
    stateBytes: count(300_000),
    store: fc.constantFrom('table' as const, 'none' as const),
    memoryMb: fc.integer({ min: 128, max: 10_240 }),
    architecture: fc.constantFrom('arm64' as const, 'x86_64' as const),
    timeoutMs: fc.constant(900_000),
    safeMs: fc.constant(60_000),
    startMs: fc.integer({ min: 0, max: 10_000 }),
    prices: fc.constant(listPrices),
  });

  it('An estimate has room for every step in its invocations, and no invocation too many', () => {
    fc.assert(
      fc.property(workloads, (workload) => {
        const { stepCount, stepsPerInvocation, invocationCount } = estimateWork(workload);
        expect(stepsPerInvocation * invocationCount).toBeGreaterThanOrEqual(stepCount);
        expect(stepsPerInvocation * (invocationCount - 1)).toBeLessThan(stepCount);
      }),
    );
  });

  it('An estimate adds up', () => {
    fc.assert(
      fc.property(workloads, (workload) => {
        for (const { totalUsd, parts } of estimateWork(workload).offers) {
          expect(totalUsd).toBeCloseTo(
            parts.reduce((total, { usd }) => total + usd, 0),
            6,
          );
        }
      }),
    );
  });
});

describe('a price', () => {
  it.each([
    [0.2e-6, '$0.20 per million'],
    [0.625e-6, '$0.625 per million'],
    [25e-6, '$25 per million'],
    [0.0000166667, '$0.0000166667'],
    [0.0000133334, '$0.0000133334'],
    [0.25, '$0.25'],
    [0, '$0'],
  ])('A price of %p is written %s', (usd, text) => {
    expect(formatPrice(usd)).toBe(text);
  });
});
