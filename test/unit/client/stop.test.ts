import { clientWorld } from '../../helpers/client-world';

const startOf = (executionId: string) => ({ lambdaBaton: { v: 1, start: { executionId, input: {} } } });

describe('BatonClient.stop', () => {
  it('asks every live execution of the job to end: the running one at its next safe point', async () => {
    const { behaviour, client, deliver, seen } = clientWorld();
    behaviour.onStep = async (n) => {
      if (n === 2) expect(await client.stop('counting')).toEqual({ job: 'counting', executionIds: ['one'], hasMore: false });
    };
    expect(await deliver(startOf('one'))).toMatchObject({ status: 'cancelled' });
    expect(seen.filter((line) => line.startsWith('3:'))).toEqual([]);
    expect(seen.at(-1)).toBe('cancelled');
  });

  it('ends one that was handed over before its next invocation runs a step', async () => {
    const { client, deliver, sender, seen } = clientWorld();
    await deliver(startOf('one'), { remainingMs: 1_250 });
    const steps = seen.length;
    expect(await client.stop('counting')).toMatchObject({ executionIds: ['one'] });
    expect(await deliver(JSON.parse(sender.sent[0]?.body ?? ''))).toMatchObject({ status: 'cancelled' });
    expect(seen.slice(steps)).toEqual(['cancelled']);
  });

  it('leaves what has ended, and other jobs, as they are', async () => {
    const { client, deliver, store } = clientWorld();
    await deliver(startOf('one'));
    const ended = await store.load('one');
    await deliver(startOf('two'), { remainingMs: 1_250 });
    expect(await client.stop('another')).toEqual({ job: 'another', executionIds: [], hasMore: false });
    expect(await client.status('two')).toMatchObject({ isCancelRequested: false });
    expect(await client.stop('counting')).toMatchObject({ executionIds: ['two'] });
    expect(await store.load('one')).toEqual(ended);
  });

  it('ends a dead execution when a sweep sends it on', async () => {
    const { client, deliverAndKill, deliverSent, timer, seen } = clientWorld();
    await deliverAndKill(startOf('one'), 250);
    await client.stop('counting');
    await timer.advance(1_000_000);
    await client.sweep();
    const steps = seen.length;
    expect(await deliverSent()).toMatchObject({ status: 'cancelled' });
    expect(seen.slice(steps)).toEqual(['cancelled']);
  });
});
