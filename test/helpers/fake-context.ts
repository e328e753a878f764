import type { BatonHandler, Clock } from '../../src';

/** The context that a handler takes. */
export type FakeContext = Parameters<BatonHandler>[1];

/** Options of {@link fakeContext}. */
export interface FakeContextOptions {
  /** Milliseconds until the deadline, from now on the clock. @defaultValue 60000 */
  readonly remainingMs?: number;
  readonly clock: Clock;
  readonly awsRequestId?: string;
  readonly functionVersion?: string;
  readonly arn?: string;
}

/** A Lambda context whose time runs out on the given clock. */
export function fakeContext(options: FakeContextOptions): FakeContext {
  const { remainingMs = 60_000, clock, awsRequestId = 'request-1', functionVersion = '3' } = options;
  const { arn = 'arn:aws:lambda:eu-central-1:123456789012:function:job:live' } = options;
  const deadlineMs = clock.now() + remainingMs;
  return {
    awsRequestId,
    functionName: 'job',
    functionVersion,
    invokedFunctionArn: arn,
    memoryLimitInMB: '512',
    getRemainingTimeInMillis: () => deadlineMs - clock.now(),
  };
}
