import { appendFileSync } from 'node:fs';
import {
  type BatonHandler,
  CHECKPOINT_STORE,
  type CheckpointStore,
  CONTINUATION_SENDERS,
  type ContinuationRequest,
  type ContinuationSender,
  createHandler,
  FileCheckpointStore,
  LOGGER,
  LongRunning,
  NativeTimer,
  OnComplete,
  OnFailure,
  State,
  Step,
  type StepContext,
  Terminate,
  TIMER,
} from '../../../src';
import type { FromEnvironment, LedgerInput, ToEnvironment } from './messages';

const [directory = '', ledger = ''] = process.argv.slice(2);

/** Points where this process waits until it is told to go on. */
const held = new Set<string>();
const waiting = new Map<string, () => void>();

function tell(message: FromEnvironment): void {
  process.send?.(message);
}

/** Says that a point is reached, and waits there when that was asked for. */
async function pass(point: string): Promise<void> {
  tell({ kind: 'reached', point });
  if (held.delete(point)) await new Promise<void>((resolve) => waiting.set(point, resolve));
}

/** A store of files that can be stopped before and after each of its calls. */
class StoppableStore extends FileCheckpointStore {
  #loadCount = 0;
  #saveCount = 0;

  override async load(executionId: string) {
    const stored = await super.load(executionId);
    this.#loadCount += 1;
    await pass(`loaded ${this.#loadCount}`);
    return stored;
  }

  override async save(...parameters: Parameters<CheckpointStore['save']>) {
    this.#saveCount += 1;
    const number = this.#saveCount;
    await pass(`save ${number}`);
    const [execution, expected] = parameters;
    const revision = await super.save(execution, expected);
    await pass(`saved ${number}`);
    return revision;
  }
}

let lossyHop = 0;

/** A channel that hands what it accepts to the test. `lambda` can lose the reply of one hop. */
class TellingSender implements ContinuationSender {
  readonly maxBytes = 1_048_576;

  constructor(readonly channel: string) {}

  async send({ body, invocation }: ContinuationRequest): Promise<void> {
    tell({ kind: 'sent', channel: this.channel, invocation, body });
    if (this.channel === 'lambda' && invocation === lossyHop)
      throw Object.assign(new Error('reply lost'), { name: 'RequestTooLargeException' });
  }
}

/** Counts to five, and writes down every effect before anything can go wrong with it. */
@LongRunning({ name: 'ledger', safeMs: 1_000, reserveMs: 300, intervalMs: 50 })
class LedgerJob {
  @State() n = 0;
  @State() sum = 0;

  @Step() async count(ctx: StepContext<LedgerInput>) {
    try {
      this.n += 1;
      this.sum += this.n;
      appendFileSync(ledger, `${JSON.stringify({ pid: process.pid, n: this.n, key: ctx.idempotencyKey, invocation: ctx.invocation })}\n`);
      await pass(`step ${this.n}`);
      if (ctx.input.handOffAfter?.includes(this.n)) await untilAborted(ctx.signal);
    } catch (error) {
      appendFileSync(ledger, `${JSON.stringify({ pid: process.pid, caught: String(error) })}\n`);
    }
  }

  @Terminate() isDone() {
    return this.n === 5;
  }

  @OnComplete() end() {
    return { n: this.n, sum: this.sum };
  }

  @OnFailure() failed(error: unknown) {
    appendFileSync(ledger, `${JSON.stringify({ pid: process.pid, failed: String(error) })}\n`);
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };

const handler: BatonHandler = createHandler(LedgerJob, {
  providers: [
    { token: CHECKPOINT_STORE, useValue: new StoppableStore({ directory }) },
    { token: CONTINUATION_SENDERS, useValue: [new TellingSender('lambda'), new TellingSender('sqs')] },
    { token: TIMER, useValue: new NativeTimer() },
    { token: LOGGER, useValue: silent },
  ],
});

async function call({ callId, event, awsRequestId, remainingMs }: Extract<ToEnvironment, { kind: 'call' }>): Promise<void> {
  const deadlineMs = Date.now() + remainingMs;
  const context = {
    awsRequestId,
    functionName: 'ledger',
    functionVersion: '3',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:ledger',
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
  try {
    tell({ kind: 'ended', callId, answer: await handler(event, context) });
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    tell({ kind: 'ended', callId, error: { code, message } });
  }
}

process.on('message', (message: ToEnvironment) => {
  if (message.kind === 'hold') held.add(message.point);
  else if (message.kind === 'lose-reply') lossyHop = message.invocation;
  else if (message.kind === 'call') void call(message);
  else {
    waiting.get(message.point)?.();
    waiting.delete(message.point);
  }
});
process.once('disconnect', () => process.exit());
