import { BatonClient, HandOffFailedError } from '../../../src';
import { clientWorld } from '../../helpers/client-world';

const start = { lambdaBaton: { v: 1, start: { executionId: 'one', input: {} } } };
const grace = 900_000;

/** An execution whose first invocation died in its third step, and whose delivery does not come again. */
async function abandoned(limits: object = {}) {
  const around = clientWorld({ limits });
  await around.deliverAndKill(start, 250);
  const status = await around.client.status('one');
  const wait = (ms: number) => around.timer.advance(ms);
  return { ...around, leaseUntilMs: status?.leaseUntilMs ?? 0, wait };
}

describe('BatonClient.sweep', () => {
  it('BatonClient.sweep sends on an execution whose owner died and that will not be retried, and it completes', async () => {
    const { client, clock, deliver, deliverSent, lambda, leaseUntilMs, sender, wait } = await abandoned();
    await wait(leaseUntilMs + grace - clock.now());
    expect(await client.sweep()).toEqual({
      swept: [{ executionId: 'one', invocation: 2 }],
      failed: [],
      parkedIds: [],
      hasMore: false,
    });
    expect(lambda.sent).toHaveLength(1);
    expect(await deliverSent()).toMatchObject({ status: 'handed-off', invocation: 2 });
    const next = JSON.parse(sender.sent[0]?.body ?? '');
    expect(await deliver(next)).toMatchObject({ status: 'completed', invocation: 3, result: { n: 5 } });
    expect(await client.sweep()).toMatchObject({ swept: [] });
  });

  it('BatonClient.sweep leaves it alone a millisecond earlier: its delivery may come again', async () => {
    const { client, clock, lambda, leaseUntilMs, wait } = await abandoned();
    await wait(leaseUntilMs + grace - clock.now() - 1);
    expect(await client.sweep()).toMatchObject({ swept: [] });
    expect(lambda.sent).toEqual([]);
    expect(await client.sweep({ graceMs: 60_000 })).toMatchObject({ swept: [{ executionId: 'one' }] });
  });

  it('BatonClient.sweep sends on what was handed over to an invocation that never came', async () => {
    const { client, deliver, deliverSent, timer } = clientWorld();
    expect(await deliver(start, { remainingMs: 1_250 })).toMatchObject({ status: 'handed-off' });
    expect(await client.sweep()).toMatchObject({ swept: [] });
    await timer.advance(grace + 60_000);
    expect(await client.sweep()).toMatchObject({ swept: [{ executionId: 'one', invocation: 2 }] });
    expect(await deliverSent()).toMatchObject({ status: 'completed', result: { n: 5 } });
  });

  it('BatonClient.sweep sends each on once, however many sweep at a time, and again only when nobody has come for it since', async () => {
    const { client, lambda, makeClient, wait } = await abandoned();
    await wait(2 * grace);
    const answers = await Promise.all([client.sweep(), makeClient().sweep(), makeClient().sweep()]);
    expect(answers.flatMap(({ swept }) => swept)).toHaveLength(1);
    expect(lambda.sent).toHaveLength(1);
    await wait(grace - 1);
    expect(await client.sweep()).toMatchObject({ swept: [] });
    await wait(1);
    expect(await client.sweep()).toMatchObject({ swept: [{ executionId: 'one', invocation: 2 }] });
  });

  it('BatonClient.sweep counts the death: the fuses hold, and the step that kills is not started for ever', async () => {
    const { client, deliverSent, seen, wait } = await abandoned({ maxInterruptions: 1 });
    const steps = seen.length;
    await wait(2 * grace);
    await client.sweep();
    await expect(deliverSent()).rejects.toMatchObject({
      code: 'EXECUTION_FAILED',
      cause: { code: 'STEP_INTERRUPTED' },
    });
    expect(seen.slice(steps)).toEqual(['failed']);
  });

  it('BatonClient.sweep only says what it would do, when that is asked for', async () => {
    const { client, lambda, store, wait } = await abandoned();
    await wait(2 * grace);
    const before = await store.load('one');
    expect(await client.sweep({ isDryRun: true })).toMatchObject({
      swept: [{ executionId: 'one', invocation: 2 }],
    });
    expect(await store.load('one')).toEqual(before);
    expect(lambda.sent).toEqual([]);
  });

  it('BatonClient.sweep is bounded, and looks at one job only when that is asked for', async () => {
    const { client, deliverAndKill, lambda, wait } = await abandoned();
    for (const executionId of ['two', 'three']) {
      await deliverAndKill({ lambdaBaton: { v: 1, start: { executionId, input: {} } } }, 250);
    }
    await wait(2 * grace);
    expect(await client.sweep({ job: 'another' })).toEqual({
      swept: [],
      failed: [],
      parkedIds: [],
      hasMore: false,
    });
    expect(await client.sweep({ job: 'counting', limit: 2 })).toMatchObject({
      swept: [{}, {}],
      hasMore: true,
    });
    expect(await client.sweep()).toMatchObject({ swept: [{}], hasMore: false });
    expect(lambda.sent).toHaveLength(3);
  });

  it('BatonClient.sweep says what could not be sent on, and sends it the next time', async () => {
    const { client, lambda, wait } = await abandoned();
    await wait(2 * grace);
    lambda.fault = () => {
      throw Object.assign(new Error('no such function'), { name: 'ResourceNotFoundException' });
    };
    expect(await client.sweep()).toMatchObject({
      swept: [],
      failed: [{ executionId: 'one', reason: expect.stringContaining('no such function') }],
    });
    lambda.fault = () => 'none';
    await wait(grace);
    expect(await client.sweep()).toMatchObject({ swept: [{ executionId: 'one' }], failed: [] });
  });

  it('BatonClient.sweep leaves a parked execution to a person, and names it', async () => {
    const { client, deliver, lambda, sender, timer } = clientWorld();
    Object.assign(sender, {
      send: async () => {
        throw new HandOffFailedError({
          problem: 'loop',
          fix: 'allow',
          details: { channel: 'lambda', failure: 'recursion' },
        });
      },
    });
    await expect(deliver(start, { remainingMs: 1_250 })).rejects.toMatchObject({ code: 'HAND_OFF_FAILED' });
    await timer.advance(2 * grace);
    expect(await client.sweep()).toMatchObject({ swept: [], parkedIds: ['one'] });
    expect(lambda.sent).toEqual([]);
  });

  it('BatonClient.sweep needs a function', async () => {
    const { store } = clientWorld();
    await expect(new BatonClient({ store }).sweep()).rejects.toMatchObject({ code: 'INVOKE_FAILED' });
  });
});
