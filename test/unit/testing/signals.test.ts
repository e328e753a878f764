import {
  LongRunning,
  MemoryCheckpointStore,
  OnComplete,
  OnSignal,
  State,
  Step,
  type StepContext,
  Terminate,
  waitForSignal,
} from '../../../src';
import { JobTestEnvironment } from '../../../src/testing';

@LongRunning({ safeMs: 1_000, intervalMs: 100 })
class Approval {
  @State() by = '';
  @State() notes: string[] = [];
  @Step() ask() {
    return waitForSignal('approved', { timeoutSeconds: 7_200 });
  }
  @Step() decide({ woken }: StepContext) {
    this.by = woken?.by === 'signal' ? String(woken.payload) : (woken?.by ?? 'nothing');
  }
  @OnSignal('note') note(text: string) {
    this.notes.push(text);
  }
  @Terminate() isDone() {
    return this.by !== '';
  }
  @OnComplete() end() {
    return { by: this.by, notes: this.notes };
  }
}

const create = () => JobTestEnvironment.create(Approval, { store: () => new MemoryCheckpointStore() });

describe('env.signal', () => {
  it('reaches the execution at its time', async () => {
    const env = create();
    env.signal('note', 'first', { afterMs: 60_000 });
    env.signal('note', 'second', { afterMs: 90_000 });
    env.signal('approved', 'Ann', { afterMs: 3_600_000 });
    const run = await env.run();
    expect(run.result).toEqual({ by: 'Ann', notes: ['first', 'second'] });
    expect(run.outcome).toBe('completed');
  });

  it('is not needed for the time-out', async () => {
    expect((await create().run()).result).toEqual({ by: 'timeout', notes: [] });
  });

  it('keeps its promise whatever happens at any boundary', async () => {
    const env = create();
    env.signal('note', 'first', { signalId: 'n' });
    env.signal('approved', 'Ann', { afterMs: 3_600_000, signalId: 'a' });
    const exploration = await env.explore({ crashes: true, duplicates: true, lostReplies: true });
    expect(String(exploration)).toContain(' 0 deviations');
  }, 60_000);
});
