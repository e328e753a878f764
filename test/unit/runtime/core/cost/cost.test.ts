import {
  countReadUnits,
  countWriteUnits,
  listPrices,
  type Prices,
  priceUsage,
  priceWait,
  type Usage,
} from '../../../../../src/runtime/core/cost/cost';

/** Prices with which each part of a sum can be read off its digits. */
const prices: Prices = {
  ...listPrices,
  lambdaRequestUsd: 0.5,
  gbSecondUsd: { x86_64: 10, arm64: 8 },
  sqsRequestUsd: 0.25,
  dynamoDbWriteUnitUsd: 1_000,
  dynamoDbReadUnitUsd: 100_000,
};
const idle: Usage = {
  durationMs: 0,
  memoryMb: 1_024,
  architecture: 'x86_64',
  writeUnitCount: 0,
  readUnitCount: 0,
};

describe('priceUsage', () => {
  it.each<[string, Partial<Usage>, number]>([
    ['the request, even when nothing was done', {}, 0.5],
    ['a second of a gigabyte', { durationMs: 1_000 }, 10.5],
    ['half a second', { durationMs: 500 }, 5.5],
    ['two gigabytes', { durationMs: 1_000, memoryMb: 2_048 }, 20.5],
    ['the architecture', { durationMs: 1_000, architecture: 'arm64' }, 8.5],
    ['each unit written', { writeUnitCount: 3 }, 3_000.5],
    ['each unit read', { readUnitCount: 2 }, 200_000.5],
    ['all of them together', { durationMs: 1_000, writeUnitCount: 1, readUnitCount: 1 }, 101_010.5],
    ['no time that a clock ran backwards', { durationMs: -1_000 }, 0.5],
  ])('priceUsage counts %s', (_what, parts, usd) => {
    expect(priceUsage(prices, { ...idle, ...parts })).toBe(usd);
  });
});

describe('priceWait', () => {
  it('priceWait is three requests to the queue: a message is sent, received and deleted', () => {
    expect(priceWait(prices)).toBe(0.75);
  });
});

describe('countWriteUnits and countReadUnits', () => {
  it.each([
    [0, 0, 0],
    [1, 1, 1],
    [1_024, 1, 1],
    [1_025, 2, 1],
    [4_096, 4, 1],
    [4_097, 5, 2],
  ])(
    'countWriteUnits and countReadUnits take %i characters for %i units of 1 KB and %i of 4 KB',
    (length, writeUnits, readUnits) => {
      expect([countWriteUnits(length), countReadUnits(length)]).toEqual([writeUnits, readUnits]);
    },
  );
});
