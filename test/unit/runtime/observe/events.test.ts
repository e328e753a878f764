import {
  CHECKPOINT_STORE,
  LongRunning,
  MemoryCheckpointStore,
  OBSERVERS,
  type Observer,
  OnComplete,
  OnStart,
  type Provider,
  type RuntimeEvent,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
} from '../../../../src';
import { runJob } from '../../../helpers/run-job';
import { type VirtualWorld, virtualWorld } from '../../../helpers/virtual-world';

const times = { safeMs: 10_000, intervalMs: 5_000, reserveMs: 2_000 };

/** Keeps what it is told. */
class Witness implements Observer {
  readonly events: RuntimeEvent[] = [];

  on(event: RuntimeEvent): void {
    this.events.push(event);
  }

  find<Type extends RuntimeEvent['type']>(type: Type): Extract<RuntimeEvent, { type: Type }>[] {
    return this.events.filter((event) => event.type === type) as Extract<RuntimeEvent, { type: Type }>[];
  }

  /** What was told, in few words. */
  get story(): string[] {
    return this.events.map((event) =>
      'step' in event && event.type.startsWith('step.') ? `${event.type} ${event.step}` : event.type,
    );
  }
}

function observedBy(...observers: readonly Observer[]): Provider[] {
  return [{ token: OBSERVERS, useValue: observers }];
}

const storeProvider = (): Provider => ({ token: CHECKPOINT_STORE, useValue: new MemoryCheckpointStore() });

/** Two invocations; the first step fails once. */
function importJob(world: VirtualWorld) {
  @LongRunning(times)
  class Import {
    @State() pages = 0;
    @OnStart() prepare() {}
    @Step({ retry: { initialDelayMs: 100 } }) async readPage({ attempt, cycle, progress }: StepContext) {
      if (cycle === 1 && attempt === 1) throw new TypeError('page 1 is missing');
      this.pages += 1;
      progress(this.pages, 3, 'pages');
      await world.timer.sleep(26_000);
    }
    @Terminate() isDone() {
      return this.pages === 3;
    }
    @OnComplete() sum() {
      return this.pages;
    }
  }
  return Import;
}

describe('the events of an execution', () => {
  it('The events of an execution tell every invocation, unit of work, hand-off and end, in order', async () => {
    const [world, witness] = [virtualWorld(), new Witness()];
    await runJob(importJob(world), { world, providers: observedBy(witness) });
    expect(witness.story).toEqual([
      'invocation.started',
      'execution.started',
      'step.started prepare',
      'step.finished prepare',
      'step.started readPage',
      'step.failed readPage',
      'step.started readPage',
      'progress',
      'step.finished readPage',
      'step.started readPage',
      'progress',
      'step.finished readPage',
      'execution.handed-off',
      'invocation.ended',
      'invocation.started',
      'execution.resumed',
      'step.started readPage',
      'progress',
      'step.finished readPage',
      'step.started sum',
      'step.finished sum',
      'execution.completed',
      'invocation.ended',
    ]);
  });

  it('The events of an execution are frozen, and say when, of which execution, job, invocation and delivery', async () => {
    const [world, witness] = [virtualWorld(), new Witness()];
    await runJob(importJob(world), { world, providers: observedBy(witness) });
    for (const event of witness.events) {
      expect(Object.isFrozen(event)).toBe(true);
      expect(event).toMatchObject({
        type: expect.any(String),
        atMs: expect.any(Number),
        executionId: 'execution-1',
        job: 'Import',
        invocation: expect.any(Number),
        requestId: expect.any(String),
      });
    }
    const [failed] = witness.find('step.failed');
    expect(Object.isFrozen(failed?.error)).toBe(true);
    expect(new Set(witness.events.map(({ requestId }) => requestId)).size).toBe(2);
  });

  it('The events of an execution carry the facts of their type', async () => {
    const [world, witness] = [virtualWorld(), new Witness()];
    await runJob(importJob(world), { world, providers: [storeProvider(), ...observedBy(witness)] });
    expect(witness.find('invocation.started')).toMatchObject([
      { invocation: 1, isCold: true, version: '3', remainingMs: 60_000 },
      { invocation: 2, isCold: false, version: '3', remainingMs: 60_000 },
    ]);
    expect(
      witness.find('step.started').map(({ step, kind, cycle, attempt }) => [step, kind, cycle, attempt]),
    ).toEqual([
      ['prepare', 'on-start', 1, 1],
      ['readPage', 'step', 1, 1],
      ['readPage', 'step', 1, 2],
      ['readPage', 'step', 2, 1],
      ['readPage', 'step', 3, 1],
      ['sum', 'on-complete', 4, 1],
    ]);
    expect(witness.find('step.failed')).toMatchObject([
      {
        step: 'readPage',
        willRetry: true,
        delayMs: 50,
        error: { name: 'TypeError', message: 'page 1 is missing' },
      },
    ]);
    expect(witness.find('step.finished').map(({ durationMs }) => durationMs)).toEqual([
      0, 26_000, 26_000, 26_000, 0,
    ]);
    expect(witness.find('execution.handed-off')).toMatchObject([
      { reason: 'safe-window', channel: 'recording', bytes: expect.any(Number), stepCount: 2 },
    ]);
    expect(witness.find('progress')).toMatchObject([
      { step: 'readPage', done: 1, total: 3, note: 'pages' },
      { done: 2 },
      { done: 3 },
    ]);
    expect(witness.find('checkpoint.stored').length).toBeGreaterThanOrEqual(5);
    expect(witness.find('checkpoint.stored')[0]).toMatchObject({ bytes: expect.any(Number), durationMs: 0 });
    expect(witness.find('execution.completed')).toMatchObject([{ stepCount: 3, durationMs: 78_050 }]);
    const ended = witness.find('invocation.ended');
    expect(ended).toMatchObject([
      { ending: 'handed-off', durationMs: 52_050 },
      { ending: 'completed', durationMs: 26_000 },
    ]);
    expect(ended.every(({ costUsd }) => costUsd > 0)).toBe(true);
  });

  it('The events of an execution end with execution.failed and invocation.ended when the execution fails', async () => {
    const [world, witness] = [virtualWorld(), new Witness()];

    @LongRunning(times)
    class Broken {
      @Step() work() {
        throw new TerminalError('the table is gone', { cause: new Error('ECONNREFUSED') });
      }
      @Terminate() isDone() {
        return false;
      }
    }

    await runJob(Broken, { world, providers: observedBy(witness) });
    expect(witness.story).toEqual([
      'invocation.started',
      'execution.started',
      'step.started work',
      'step.failed work',
      'execution.failed',
      'invocation.ended',
    ]);
    expect(witness.find('execution.failed')).toMatchObject([
      {
        error: {
          name: 'TerminalError',
          message: 'the table is gone',
          stack: expect.any(String),
          cause: { message: 'ECONNREFUSED' },
        },
      },
    ]);
    expect(witness.find('invocation.ended')).toMatchObject([{ ending: 'failed' }]);
  });

  it('The events of an execution tell a step that was cut off, and a generator that hands over', async () => {
    const [world, witness] = [virtualWorld(), new Witness()];

    @LongRunning(times)
    class Rows {
      @State() rows = 0;
      @Step() async *read({ shouldYield }: StepContext) {
        while (this.rows < 3) {
          this.rows += 1;
          await world.timer.sleep(26_000);
          yield;
        }
        shouldYield();
      }
      @Step() async wait({ signal, invocation }: StepContext) {
        if (invocation > 2) return;
        await new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        );
      }
      @Terminate() isDone({ cycle }: StepContext) {
        return cycle > 1;
      }
    }

    await runJob(Rows, { world, providers: observedBy(witness) });
    expect(witness.story.filter((line) => line.startsWith('step.'))).toEqual([
      'step.started read',
      'step.paused read',
      'step.started read',
      'step.finished read',
      'step.started wait',
      'step.interrupted wait',
      'step.started wait',
      'step.finished wait',
    ]);
    expect(witness.find('step.interrupted')).toMatchObject([{ ending: 'safe-window', durationMs: 24_000 }]);
  });
});

describe('an observer', () => {
  const job = (world: VirtualWorld) => runJob(importJob(world), { world });

  it('An observer that throws changes nothing, and is said once in the log', async () => {
    const [plain, world, witness] = [virtualWorld(), virtualWorld(), new Witness()];
    const undisturbed = await job(plain);
    const rude: Observer = {
      on() {
        throw new Error('no thanks');
      },
      carry() {
        throw new Error('no thanks');
      },
      around() {
        throw new Error('no thanks');
      },
    };
    const { answer } = await runJob(importJob(world), { world, providers: observedBy(rude, witness) });
    expect(answer).toEqual(undisturbed.answer);
    expect(witness.find('invocation.ended')).toHaveLength(2);
    expect(world.logger.find('observer failed: what it throws is not reported again')).toHaveLength(1);
  });

  it('An observer that is async and rejects ends no process', async () => {
    const world = virtualWorld();
    const rude = { on: async () => Promise.reject(new Error('no thanks')) } as unknown as Observer;
    const { answer } = await runJob(importJob(world), { world, providers: observedBy(rude) });
    expect(answer?.status).toBe('completed');
    expect(world.logger.find('observer failed: what it throws is not reported again')).toHaveLength(1);
  });

  it('An observer that forgets to run the unit around which it is called, or runs it twice, changes nothing', async () => {
    const [world, witness] = [virtualWorld(), new Witness()];
    const forgetful = { on() {}, around: () => undefined } as unknown as Observer;
    const eager: Observer = {
      on() {},
      around: (_event, run) => {
        run();
        return run();
      },
    };
    const { answer } = await runJob(importJob(world), {
      world,
      providers: observedBy(forgetful, eager, witness),
    });
    expect(answer).toMatchObject({ status: 'completed', result: 3 });
    expect(witness.find('step.started')).toHaveLength(6);
  });

  it('An observer gives later invocations what it carries, and is around each unit of work', async () => {
    const world = virtualWorld();
    const [begun, around]: [unknown[], string[]] = [[], []];
    const tracer: Observer = {
      on(event) {
        if (event.type === 'invocation.started') begun.push(event.carried);
      },
      carry: (executionId) => ({ traceparent: `00-${executionId}` }),
      around(event, run) {
        around.push(event.step);
        return run();
      },
    };
    await runJob(importJob(world), { world, providers: [storeProvider(), ...observedBy(tracer)] });
    expect(begun).toEqual([undefined, { traceparent: '00-execution-1' }]);
    expect(around).toEqual(['prepare', 'readPage', 'readPage', 'readPage', 'readPage', 'sum']);
  });

  it('An observer that would carry more than fits is said in the log, and carries nothing', async () => {
    const world = virtualWorld();
    const begun: unknown[] = [];
    const heavy: Observer = {
      on(event) {
        if (event.type === 'invocation.started') begun.push(event.carried);
      },
      carry: () => ({ all: 'x'.repeat(3_000) }),
    };
    await runJob(importJob(world), { world, providers: observedBy(heavy) });
    expect(begun).toEqual([undefined, undefined]);
    expect(world.logger.find('observer failed: what it throws is not reported again')).toHaveLength(1);
  });
});
