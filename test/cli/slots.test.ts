import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatonClient,
  CHECKPOINT_STORE,
  createHandler,
  FileCheckpointStore,
  LOGGER,
  LongRunning,
  Step,
  Terminate,
  waitForSignal,
} from '../../src';
import { MemoryLogger, RecordingSender } from '../../src/testing';
import { callHandler } from '../helpers/call-handler';
import { virtualWorld } from '../helpers/virtual-world';
import { readPrinted } from './read-printed';

const options = { safeMs: 1_000, intervalMs: 100 };
abstract class Holding {
  @Step() hold() {
    return waitForSignal('go');
  }
  @Terminate() isDone() {
    return false;
  }
}
@LongRunning({ ...options, name: 'queueing', concurrency: { limit: 1 } })
class Queueing extends Holding {}
@LongRunning({ ...options, name: 'skipping', concurrency: { limit: 1, whenBusy: 'skip' } })
class Skipping extends Holding {}

describe('baton', () => {
  let directory: string;
  const baton = (...args: string[]) => readPrinted([...args, '--directory', directory]);

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'baton-slots-'));
    const store = new FileCheckpointStore({ directory });
    const world = virtualWorld({ senders: [new RecordingSender()] });
    world.clock.moveTo(Date.now() - 60_000);
    const handler = createHandler([Queueing, Skipping], {
      providers: [
        ...world.providers,
        { token: CHECKPOINT_STORE, useValue: store },
        { token: LOGGER, useValue: new MemoryLogger() },
      ],
    });
    for (const executionId of ['first', 'second', 'third', 'fourth']) {
      const job = executionId < 'g' ? 'queueing' : 'skipping';
      const event = { lambdaBaton: { v: 1, start: { executionId, input: {}, job } } };
      await callHandler(handler, world, event, { awsRequestId: executionId });
    }
    expect(await new BatonClient({ store }).list({ status: 'skipped' })).toHaveLength(1);
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it('baton status says that an execution waits for a free slot', async () => {
    const { stdout } = await baton('status', 'fourth');
    expect(stdout).toContain('· waiting  fourth of job queueing');
    expect(stdout).toMatch(/waits +for a free slot for .* at most/);
  });

  it('baton status names who was running when an execution was skipped', async () => {
    const { stdout } = await baton('status', 'third');
    expect(stdout).toContain('· skipped  third of job skipping');
    expect(stdout).toMatch(/running +second/);
  });

  it('baton list shows who waits for a slot, and finds who was skipped', async () => {
    expect((await baton('list')).stdout).toMatch(/fourth .*for a free slot/);
    const { stdout } = await baton('list', '--status', 'skipped');
    expect(stdout).toMatch(/^· skipped +third/);
    expect(stdout).not.toContain('fourth');
  });

  it('baton result says that a skipped one has none', async () => {
    expect((await baton('result', 'third')).stderr).toContain(
      'Execution third was skipped, and has no result.',
    );
  });

  it('baton timeline tells what is waited for, and who had the slots', async () => {
    expect((await baton('timeline', 'fourth')).stdout).toContain('for a free slot');
    expect((await baton('timeline', 'third')).stdout).toContain('Others had the slots: second.');
  });

  it('baton watch ends at a skipped one', async () => {
    const { stdout, exitCode } = await baton('watch', 'third');
    expect([exitCode, stdout.includes('skipped')]).toEqual([1, true]);
  });
});
