import {
  BatonClient,
  CHECKPOINT_STORE,
  createHandler,
  LongRunning,
  OnCancel,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
} from '../../../../src';
import { FaultyStore } from '../../../../src/testing';
import { callHandler } from '../../../helpers/call-handler';
import { RecordingLambda } from '../../../helpers/client-world';
import { virtualWorld } from '../../../helpers/virtual-world';

const start = { lambdaBaton: { v: 1, start: { executionId: 'e', input: {} } } };

/** A job that charges, and takes 10 s for it and for the refund. */
function world({ fails = false } = {}) {
  const around = virtualWorld();
  const { timer, clock } = around;
  const store = new FaultyStore();
  const seen: string[] = [];

  @LongRunning({ name: 'trip', safeMs: 1_000, intervalMs: 100 })
  class Trip {
    @State() isCharged = false;
    @Step({ compensate: 'refund' }) async charge() {
      seen.push('charge');
      await timer.sleep(10_000);
      this.isCharged = true;
      if (fails) throw new TerminalError('no money');
    }
    async refund({ undo }: StepContext) {
      seen.push(`refund, ${undo?.isFinished ? 'finished' : 'begun'}`);
      await timer.sleep(10_000);
    }
    @Terminate() isDone() {
      return this.isCharged;
    }
    @OnCancel() cancelled() {
      seen.push('cancelled');
    }
  }
  const providers = [...around.providers, { token: CHECKPOINT_STORE, useValue: store }];
  const handler = createHandler(Trip, { providers });
  const deliver = (event: unknown, awsRequestId: string, killAfterMs?: number) =>
    callHandler(handler, { clock, timer }, event, { awsRequestId, killAfterMs });
  const deliverAndKill = (afterMs: number) => deliver(start, 'request-1', afterMs);
  const lambda = new RecordingLambda();
  const client = new BatonClient({ store, clock, functionName: 'f', client: lambda });
  return { ...around, seen, deliver, deliverAndKill, client, lambda };
}

describe('an execution whose process has died', () => {
  it('An execution whose process has died undoes the step that had begun then, when it is cancelled before that begins again', async () => {
    const { deliver, deliverAndKill, seen, client, timer } = world();
    await deliverAndKill(5_000);
    await client.cancel('e');
    await timer.advance(60_000);
    await expect(deliver(start, 'request-1')).resolves.toMatchObject({ status: 'cancelled' });
    expect(seen).toEqual(['charge', 'refund, begun', 'cancelled']);
  });

  it('An execution whose process has died goes on with its compensation, and with no step, when it died in it', async () => {
    const { deliver, deliverAndKill, seen, timer, client } = world({ fails: true });
    await deliverAndKill(15_000);
    await timer.advance(60_000);
    await expect(deliver(start, 'request-1')).rejects.toMatchObject({ cause: { message: 'no money' } });
    expect(seen).toEqual(['charge', 'refund, begun', 'refund, begun']);
    await expect(client.status('e')).resolves.toMatchObject({ status: 'failed', compensation: 'completed' });
  });

  it('An execution whose process has died goes on with its compensation when it is redriven in the middle of it', async () => {
    const { deliver, deliverAndKill, seen, timer, client, lambda } = world({ fails: true });
    await deliverAndKill(15_000);
    await timer.advance(100_000);
    await client.redrive('e');
    await expect(deliver(lambda.sent.at(-1)?.event, 'request-2')).rejects.toThrow('no money');
    expect(seen).toEqual(['charge', 'refund, begun', 'refund, begun']);
    await expect(client.redrive('e')).rejects.toMatchObject({ details: { standing: 'compensated' } });
  });
});
