import { FileCheckpointStore, type StoredExecution } from '../../../src';
import { stopAll } from '../../local/start-lambda';
import { CommandLine, type Ended } from './command-line';
import { FragileWorld } from './fragile-world';

let baton: CommandLine;
let world: FragileWorld;

beforeAll(async () => {
  baton = await CommandLine.build();
});
beforeEach(async () => {
  world = await FragileWorld.open();
});
afterEach(async () => {
  await stopAll();
  world.remove();
});
afterAll(() => baton.remove());

const run = (...args: string[]): Promise<Ended> =>
  baton.run(world.lambda, [...args, '--directory', world.directory]);

describe('baton stop, in a process of its own', () => {
  it('baton stop, in a process of its own, ends what runs, gives up what starts while the job is stopped, and lets it start after baton resume', async () => {
    for (const executionId of ['one', 'two'])
      await world.client.start({ executionId, input: { stepMs: 200, stepCount: 1_000 } });
    for (const executionId of ['one', 'two'])
      await world.waitFor(executionId, ({ stepCount }) => stepCount >= 1);
    expect(await run('stop', 'fragile', '--reason', 'the ledger is wrong')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('2 executions will end'),
    });
    await world.client.start({ executionId: 'late' });
    await world.lambda.idle();
    for (const executionId of ['one', 'two']) {
      expect(await world.client.result(executionId)).toMatchObject({ status: 'cancelled' });
      expect(world.readEffects(executionId).length).toBeLessThan(1_000);
    }
    expect(world.readCancelled().sort()).toEqual(['one', 'two']);
    expect(await world.client.status('late')).toMatchObject({ invocation: 0, handedOffTo: 1, stepCount: 0 });
    expect(world.readEffects('late')).toEqual([]);
    const failures = await world.readFailures();
    expect(failures.map(({ body }) => JSON.parse(body))).toMatchObject([
      {
        requestPayload: { lambdaBaton: { start: { executionId: 'late' } } },
        responsePayload: { errorType: 'JobStoppedError' },
      },
    ]);

    expect(await run('list')).toMatchObject({
      stdout: expect.stringMatching(/^! job fragile was stopped .* ago: the ledger is wrong /),
    });
    expect(await run('resume', 'fragile')).toMatchObject({ exitCode: 0 });
    expect(await run('start', 'fragile', '--id', 'late', '--job', 'fragile')).toMatchObject({ exitCode: 0 });
    await world.lambda.idle();
    expect(await world.client.result('late')).toMatchObject({ status: 'completed' });
  });

  it('baton stop, in a process of its own, ends a dead execution when it is swept, without a step', async () => {
    await world.abandon('one');
    const before = world.readEffects('one');
    await run('stop', 'fragile');
    await baton.run(
      world.lambda,
      ['sweep', '--function', 'fragile', '--grace', '1m', '--directory', world.directory],
      70_000,
    );
    await world.lambda.idle();
    expect(await world.client.result('one')).toMatchObject({ status: 'cancelled', invocation: 2 });
    expect(world.readEffects('one')).toEqual(before);
    expect(world.readCancelled()).toEqual(['one']);
  });

  it('baton stop, in a process of its own, asks every one of 1,200 executions in a store of files', async () => {
    await world.abandon('sample');
    const store = new FileCheckpointStore({ directory: world.directory });
    const { revision: _revision, ...sample } = (await store.load('sample')) as StoredExecution & {
      readonly revision: string;
    };
    for (let n = 0; n < 1_199; n += 1)
      await store.save({ ...sample, executionId: `e${n}`, startedAtMs: n }, undefined);
    const { exitCode, stdout } = await run('stop', 'fragile', '--json');
    expect(exitCode).toBe(0);
    const { executionIds, hasMore } = JSON.parse(stdout) as { executionIds: string[]; hasMore: boolean };
    expect(new Set(executionIds).size).toBe(1_200);
    expect(hasMore).toBe(false);
    expect(await world.client.status('e0')).toMatchObject({ isCancelRequested: true });
  });
});
