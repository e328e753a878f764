import type { BatonHandler } from '../../src';
import { fakeLambdaContext, type ManualTimer, type VirtualClock } from '../../src/testing';

/** How a handler is called with one event. */
export interface CallOptions {
  /** Milliseconds that the invocation gets. @defaultValue 60000 */
  readonly remainingMs?: number;
  /** @defaultValue request-1 */
  readonly awsRequestId?: string;
  /** The invoked function's ARN. @defaultValue that of a fake context */
  readonly arn?: string;
  /** @defaultValue that of a fake context */
  readonly functionVersion?: string;
  /** After how many virtual milliseconds the process dies. @defaultValue it does not */
  readonly killAfterMs?: number | undefined;
}

/** What a call needs of a world. */
interface Time {
  readonly clock: VirtualClock;
  readonly timer: ManualTimer;
}

/**
 * Calls a handler by hand with one event; virtual time passes until the handler has answered. Answers undefined when the process has died before.
 * Unlike in `runJob` the process lives on when it has answered: what it left behind may still go off.
 */
export async function callHandler(
  handler: BatonHandler,
  { clock, timer }: Time,
  event: unknown,
  options: CallOptions = {},
): ReturnType<BatonHandler> {
  const { killAfterMs, ...contextOptions } = options;
  const running = handler(event, fakeLambdaContext({ clock, ...contextOptions }));
  running.catch(() => {});
  const answer = await timer.drive(
    running,
    killAfterMs === undefined ? undefined : clock.now() + killAfterMs,
  );
  if (killAfterMs !== undefined) timer.kill();
  return answer as Awaited<ReturnType<BatonHandler>>;
}

/** A start's event in an envelope that says the execution's id; an envelope and an SQS batch stay what they are. */
export function nameStart(event: unknown, executionId: string): unknown {
  const isNamed =
    typeof event === 'object' && event !== null && ('lambdaBaton' in event || 'Records' in event);
  return isNamed ? event : { lambdaBaton: { v: 1, start: { executionId, input: event } } };
}
