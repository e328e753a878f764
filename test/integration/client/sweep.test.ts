import { stopAll } from '../../local/start-lambda';
import { CommandLine } from './command-line';
import { FragileWorld } from './fragile-world';

/** The sweeper's clock is ahead by this much, in milliseconds, instead of a wait of its shortest grace. */
const laterMs = 70_000;

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

const sweep = ({ grace = '1m', isJson = false } = {}) => {
  const args = [
    'sweep',
    '--function',
    'fragile',
    '--job',
    'fragile',
    '--grace',
    grace,
    '--directory',
    world.directory,
  ];
  return baton.run(world.lambda, isJson ? [...args, '--json'] : args, laterMs);
};

describe('an execution whose process was killed, and whose event has no try left', () => {
  it('An execution whose process was killed, and whose event has no try left, stands still, and completes when it is swept: only the step that was killed ran twice, with the same key', async () => {
    await world.abandon('one');
    expect(await world.readFailures()).toHaveLength(1);
    expect(world.starts).toHaveLength(1);
    expect(await world.client.status('one')).toMatchObject({
      status: 'running',
      isStuck: true,
      invocation: 1,
      stepCount: 1,
    });
    expect(await baton.run(world.lambda, ['status', 'one', '--directory', world.directory])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^! looks stuck {2}one of job fragile\n/),
    });

    expect(await sweep()).toEqual({ exitCode: 0, stdout: '✔ one goes on in invocation 2\n', stderr: '' });
    await world.lambda.idle();
    expect(await world.client.result('one')).toMatchObject({ status: 'completed', invocation: 3 });
    const effects = world.readEffects('one').map(({ n, key, invocation }) => `${n} ${key} ${invocation}`);
    expect(effects).toEqual(['1 one#0 1', '2 one#1 1', '2 one#1 2', '3 one#2 3', '4 one#3 3', '5 one#4 3']);
    expect(await sweep()).toEqual({ exitCode: 0, stdout: 'nothing to sweep\n', stderr: '' });
    expect(world.starts).toHaveLength(3);
    expect(await world.readFailures()).toEqual([]);
  });

  it('An execution whose process was killed, and whose event has no try left, is left alone before its grace is over', async () => {
    await world.abandon('one');
    expect(await sweep({ grace: '10m' })).toMatchObject({ stdout: 'nothing to sweep\n' });
    expect(world.starts).toHaveLength(1);
  });

  it('An execution whose process was killed, and whose event has no try left, is sent on once when two sweeps run at once', async () => {
    const ids = ['one', 'two', 'three', 'four', 'five'];
    await world.abandon(...ids);
    world.holdUntil(2);
    const answers = await Promise.all([sweep({ isJson: true }), sweep({ isJson: true })]);
    const swept = answers.map(
      ({ stdout }) => (JSON.parse(stdout) as { swept: { executionId: string }[] }).swept,
    );
    expect(swept.every(({ length }) => length > 0)).toBe(true);
    expect(swept.flatMap((each) => each.map(({ executionId }) => executionId)).sort()).toEqual(
      [...ids].sort(),
    );
    expect(answers.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    await world.lambda.idle();
    expect(world.starts).toHaveLength(3 * ids.length);
    for (const id of ids) {
      expect(await world.client.result(id)).toMatchObject({ status: 'completed', invocation: 3 });
      expect(world.readEffects(id)).toHaveLength(6);
    }
  });
});
