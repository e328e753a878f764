import type { Clock, Context } from '../runtime/ports';
import { VirtualClock } from './virtual-time';

/** Options of {@link fakeLambdaContext}. */
export interface FakeLambdaContextOptions {
  /** Milliseconds until the deadline, from now on the clock. @defaultValue 60000 */
  readonly remainingMs?: number;
  /** What tells the time left. @defaultValue a clock of its own that stands still */
  readonly clock?: Clock;
  /** The id of the request. @defaultValue request-1 */
  readonly awsRequestId?: string;
  /** The version of the function. @defaultValue 3 */
  readonly functionVersion?: string;
  /** The invoked function's ARN. @defaultValue one of function `job`, alias `live` */
  readonly arn?: string;
}

/** A Lambda context whose time runs out on the given clock. */
export function fakeLambdaContext(options: FakeLambdaContextOptions = {}): Context {
  const {
    remainingMs = 60_000,
    clock = new VirtualClock(),
    awsRequestId = 'request-1',
    functionVersion = '3',
  } = options;
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
