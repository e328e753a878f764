import type { BatonHandler, ContinuationRequest, ContinuationSender } from '../../../src';
import type { FromEnvironment, ToEnvironment } from './messages';

/** Points where this process waits until it is told to go on. */
const held = new Set<string>();
const waiting = new Map<string, () => void>();
let lossyHop = 0;

/** Says that a point is reached, and waits there when that was asked for. */
export async function pass(point: string): Promise<void> {
  tell({ kind: 'reached', point });
  if (held.delete(point)) await new Promise<void>((resolve) => waiting.set(point, resolve));
}

/** A channel that hands what it accepts to the test. `lambda` can lose the reply of one hop. */
export class TellingSender implements ContinuationSender {
  readonly maxBytes = 1_048_576;

  constructor(readonly channel: string) {}

  async send({ body, executionId, invocation }: ContinuationRequest): Promise<void> {
    tell({ kind: 'sent', channel: this.channel, executionId, invocation, body });
    if (this.channel === 'lambda' && invocation === lossyHop) throw new Error('reply lost');
  }
}

/** Answers the test's calls with this handler, as many at once as it makes, until the test is gone. */
export function serveEnvironment(handler: BatonHandler): void {
  process.on('message', (message: ToEnvironment) => {
    if (message.kind === 'hold') held.add(message.point);
    else if (message.kind === 'lose-reply') lossyHop = message.invocation;
    else if (message.kind === 'call') void answer(handler, message);
    else {
      waiting.get(message.point)?.();
      waiting.delete(message.point);
    }
  });
  process.once('disconnect', () => process.exit());
}

type Call = Extract<ToEnvironment, { kind: 'call' }>;

async function answer(
  handler: BatonHandler,
  { callId, event, awsRequestId, remainingMs }: Call,
): Promise<void> {
  const deadlineMs = Date.now() + remainingMs;
  const context = {
    awsRequestId,
    functionName: 'fixture',
    functionVersion: '3',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:fixture',
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
  try {
    tell({ kind: 'ended', callId, answer: await handler(event, context) });
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    tell({ kind: 'ended', callId, error: { code, message } });
  }
}

function tell(message: FromEnvironment): void {
  process.send?.(message);
}
