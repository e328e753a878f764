import { appendFileSync } from 'node:fs';
import {
  type BatonHandler,
  CHECKPOINT_STORE,
  type CheckpointStore,
  CONTINUATION_SENDERS,
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
import { pass, serveEnvironment, TellingSender } from '../environments/serve-environment';
import type { LedgerInput } from './ledger-input';

const [directory = '', ledger = ''] = process.argv.slice(2);

/** A store of files that can be stopped before and after each of its calls. */
class StoppableStore extends FileCheckpointStore {
  #loadCount = 0;
  #saveCount = 0;

  override async load(executionId: string) {
    const stored = await super.load(executionId);
    if (executionId.startsWith('lambda-baton:')) return stored;
    this.#loadCount += 1;
    await pass(`loaded ${this.#loadCount}`);
    return stored;
  }

  override async save(...parameters: Parameters<CheckpointStore['save']>) {
    if (parameters[0].executionId.startsWith('lambda-baton:')) return super.save(...parameters);
    this.#saveCount += 1;
    const number = this.#saveCount;
    await pass(`save ${number}`);
    const [execution, expected] = parameters;
    const revision = await super.save(execution, expected);
    await pass(`saved ${number}`);
    return revision;
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
      appendFileSync(
        ledger,
        `${JSON.stringify({ pid: process.pid, n: this.n, key: ctx.idempotencyKey, invocation: ctx.invocation })}\n`,
      );
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

serveEnvironment(handler);
