import {
  CHECKPOINT_STORE,
  type CheckpointStore,
  createHandler,
  LongRunning,
  OnComplete,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
} from '../../src';
import { fakeLambdaContext } from '../../src/testing';
import { virtualWorld } from '../helpers/virtual-world';

/** Counts to two; fails when its input says so. */
@LongRunning({ name: 'counting', safeMs: 1_000, intervalMs: 100 })
class Counting {
  @State() n = 0;
  @State({ secret: true }) token = 'do-not-tell';
  @Step() count(ctx: StepContext<{ failAt?: number }>) {
    if (ctx.input.failAt === this.n) throw new TerminalError('no such account');
    this.n += 1;
  }
  @Terminate() isDone() {
    return this.n === 2;
  }
  @OnComplete() end() {
    return { counted: this.n };
  }
}

/** When the executions of these tests were started: amid a minute, so that their age in minutes does not change while a test runs. */
const agoMs = 3 * 3_600_000 + 20 * 60_000 + 20_000;

/** Delivers a start to a job that counts, and waits for the invocation's end, good or bad. */
export async function runCounting(
  store: CheckpointStore,
  executionId: string,
  input: object = {},
  remainingMs = 60_000,
): Promise<void> {
  const { clock, timer, providers } = virtualWorld();
  clock.moveTo(Date.now() - agoMs);
  const handler = createHandler(Counting, {
    providers: [...providers, { token: CHECKPOINT_STORE, useValue: store }],
  });
  const event = { lambdaBaton: { v: 1, start: { executionId, input } } };
  await timer
    .drive(handler(event, fakeLambdaContext({ clock, remainingMs, awsRequestId: executionId })))
    .catch(() => {});
}
