import {
  inject,
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
import { countRuns } from '../../helpers/how-often';

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

const SERVICE = Symbol('service');

@LongRunning({ safeMs: 1_000, intervalMs: 100 })
class CallBack {
  @State() answers: unknown[] = [];
  constructor(@inject(SERVICE) private readonly begin: (token: string) => void) {}
  @Step({ once: true }) ask(ctx: StepContext) {
    this.begin(ctx.signalToken('done'));
  }
  @Step() wait() {
    return waitForSignal('done', { timeoutSeconds: 600 });
  }
  @Step() note({ woken }: StepContext) {
    this.answers.push(woken?.by === 'signal' ? woken.payload : woken?.by);
  }
  @Terminate() isDone() {
    return this.answers.length === 2;
  }
}

const create = () => JobTestEnvironment.create(Approval, { store: () => new MemoryCheckpointStore() });

describe('env.signal', () => {
  it('env.signal reaches the execution at its time', async () => {
    const env = create();
    env.signal('note', 'first', { afterMs: 60_000 });
    env.signal('note', 'second', { afterMs: 90_000 });
    env.signal('approved', 'Ann', { afterMs: 3_600_000 });
    const run = await env.run();
    expect(run.result).toEqual({ by: 'Ann', notes: ['first', 'second'] });
    expect(run.outcome).toBe('completed');
  });

  it('env.signal is not needed for the time-out', async () => {
    expect((await create().run()).result).toEqual({ by: 'timeout', notes: [] });
  });

  it('env.signal takes the token that the job gave away, once', async () => {
    const env = JobTestEnvironment.create(CallBack, {
      store: () => new MemoryCheckpointStore(),
      providers: [
        {
          token: SERVICE,
          useValue: (token: string) => {
            env.signal({ token }, 'first', { afterMs: 60_000 });
            env.signal({ token }, 'second', { afterMs: 120_000 });
          },
        },
      ],
    });
    expect((await env.run()).state.answers).toEqual(['first', 'timeout']);
  });

  it('env.signal keeps its promise whatever happens at any boundary', async () => {
    const env = create();
    env.signal('note', 'first', { signalId: 'n' });
    env.signal('approved', 'Ann', { afterMs: 3_600_000, signalId: 'a' });
    const exploration = await env.explore({
      crashes: true,
      duplicates: true,
      lostReplies: true,
      maxRuns: countRuns(60),
    });
    expect(String(exploration)).toContain(' 0 deviations');
  }, 60_000);
});
