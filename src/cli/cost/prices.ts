/** List prices of us-east-1 in US dollars, as AWS published them in `date`. The one place where they are written. */
export const prices = {
  date: 'November 2026',
  region: 'us-east-1',
  /** Per request: $0.20 per million. */
  lambdaRequestUsd: 0.000_000_2,
  /** Per GB and second. */
  gbSecondUsd: { x86_64: 0.0000166667, arm64: 0.0000133334 },
  /** Per request to a standard queue: $0.40 per million. */
  sqsRequestUsd: 0.000_000_4,
} as const;

/** An asynchronous event of up to this many bytes is one request; each further `eventChunkBytes` are one more. */
export const firstEventChunkBytes = 262_144;
export const eventChunkBytes = 65_536;
