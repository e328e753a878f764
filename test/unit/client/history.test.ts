import {
  BatonClient,
  CHECKPOINT_STORE,
  createHandler,
  FileCheckpointStore,
  LongRunning,
  MemoryCheckpointStore,
  OBSERVERS,
  type RuntimeEvent,
  State,
  Step,
  type StepContext,
  Terminate,
  wait,
  waitForSignal,
} from '../../../src';
import { unpackHistory } from '../../../src/runtime/core/record/history';
import { fakeLambdaContext, RecordingSender } from '../../../src/testing';
import { callHandler } from '../../helpers/call-handler';
import { virtualWorld } from '../../helpers/virtual-world';

const times = { safeMs: 10_000, intervalMs: 5_000, reserveMs: 2_000 };
const executionId = 'import-7';
const historyId = `lambda-baton:history:${executionId}`;

/** The history that travels, as `status` would show it. */
function describeTrail({ history }: { history: object }) {
  const { entries = [] } = unpackHistory(history) ?? {};
  return { history: entries };
}

/** An import of so many pages, 26 s each: two of them in an invocation. */
function importWorld(pages = 5, store = new MemoryCheckpointStore()) {
  const sender = new RecordingSender();
  const world = virtualWorld({ senders: [sender] });
  const events: RuntimeEvent[] = [];

  @LongRunning({ name: 'Import', ...times, limits: { maxInvocations: 100_000, maxDurationMs: 1e12 } })
  class Import {
    @State() pages = 0;
    @Step({ retry: { initialDelayMs: 100 } }) async readPage({ attempt, progress }: StepContext) {
      if (this.pages === 1 && attempt === 1) throw new Error('page 2 is missing');
      await world.timer.sleep(26_000);
      this.pages += 1;
      progress(this.pages, pages, `page ${this.pages}`);
    }
    @Terminate() isDone() {
      return this.pages === pages;
    }
  }

  const handler = createHandler(Import, {
    providers: [
      ...world.providers,
      { token: CHECKPOINT_STORE, useValue: store },
      { token: OBSERVERS, useValue: [{ on: (event: RuntimeEvent) => events.push(event) }] },
    ],
  });
  const client = new BatonClient({ store, clock: world.clock });
  const start = { lambdaBaton: { v: 1, start: { executionId, input: {} } } };
  const call = (event: unknown, awsRequestId: string, untilMs?: number) =>
    world.timer.drive(
      handler(event, fakeLambdaContext({ clock: world.clock, awsRequestId, remainingMs: 60_000 })),
      untilMs,
    );
  /** Calls the handler with what was sent last, until nothing more is. */
  const runAll = async () => {
    let answer = (await call(start, 'request-1')) as { status: string };
    for (let number = 2; answer.status === 'handed-off'; number += 1)
      answer = (await call(JSON.parse(sender.sent.at(-1)?.body ?? ''), `request-${number}`)) as {
        status: string;
      };
    return answer;
  };
  return { call, client, events, runAll, sender, start, store, world };
}

describe('the history of an execution', () => {
  it('The history of an execution has each invocation that has ended: when, of what, how much it did and cost', async () => {
    const { client, runAll, world, sender, events } = importWorld();
    const startedAtMs = world.clock.now();
    await runAll();
    const status = await client.status(executionId);
    expect(status?.history).toMatchObject([
      {
        invocation: 1,
        startedAtMs,
        ending: 'handed-off',
        isCold: true,
        version: '3',
        stepCount: 2,
        failedAttemptCount: 1,
      },
      { invocation: 2, ending: 'handed-off', isCold: false, stepCount: 2, failedAttemptCount: 0 },
      { invocation: 3, ending: 'completed', stepCount: 1, bytes: 0 },
    ]);
    const [first, second] = status?.history ?? [];
    expect(second?.startedAtMs).toBe(first?.endedAtMs);
    expect(first?.bytes).toBe(Buffer.byteLength(sender.sent[0]?.body ?? ''));
    const sum = (status?.history ?? []).reduce((total, { costUsd }) => total + costUsd, 0);
    expect(sum).toBeCloseTo(status?.costUsd ?? 0, 9);
    const ended = events.filter((event) => event.type === 'invocation.ended');
    expect(ended.map(({ ending, costUsd }) => ({ ending, costUsd }))).toEqual(
      status?.history.map(({ ending, costUsd }) => ({ ending, costUsd })),
    );
  });

  it('The history of an execution says what was waited for, and until when', async () => {
    const store = new MemoryCheckpointStore();
    const sender = new RecordingSender({ channel: 'sqs' });
    const world = virtualWorld({ senders: [sender] });

    @LongRunning({ name: 'Waits', ...times })
    class Waits {
      @State() n = 0;
      @Step({ retry: { initialDelayMs: 700_000, maxDelayMs: 700_000 } }) work({ attempt }: StepContext) {
        this.n += 1;
        if (this.n === 1) return wait({ seconds: 600 });
        if (this.n === 2 && attempt === 1) throw new Error('not yet');
        return this.n === 2 ? waitForSignal('go') : undefined;
      }
      @Terminate() isDone() {
        return this.n > 3;
      }
    }

    const handler = createHandler(Waits, {
      providers: [...world.providers, { token: CHECKPOINT_STORE, useValue: store }],
    });
    let event: unknown = { lambdaBaton: { v: 1, start: { executionId, input: {} } } };
    const startedAtMs = world.clock.now();
    for (let number = 1; number <= 3; number += 1) {
      await callHandler(handler, world, event, { awsRequestId: `r${number}`, remainingMs: 60_000 });
      event = JSON.parse(sender.sent.at(-1)?.body ?? '');
      await world.timer.advance(900_000);
    }
    const status = await new BatonClient({ store, clock: world.clock }).status(executionId);
    expect(status?.history).toMatchObject([
      { invocation: 1, ending: 'waiting', reason: 'wait', untilMs: startedAtMs + 600_000 },
      { invocation: 2, ending: 'waiting', reason: 'retry-delay', untilMs: expect.any(Number) },
      { invocation: 3, ending: 'waiting', reason: 'signal', untilMs: status?.resumeAtMs },
    ]);
    expect(status?.failedAttemptCount).toBe(1);
  });

  it('The history of an execution says of one that died that it died, and what it had stored by then', async () => {
    const { call, client, events, start, world } = importWorld();
    await call(start, 'request-1', world.clock.now() + 40_000);
    world.timer.kill();
    await world.timer.advance(60_000);
    await call(start, 'request-1');
    const status = await client.status(executionId);
    expect(status?.history).toMatchObject([
      { invocation: 1, ending: 'died', stepCount: 1, failedAttemptCount: 0 },
      { invocation: 1, ending: 'handed-off', stepCount: 1, failedAttemptCount: 1 },
    ]);
    expect(status?.history[0]).not.toHaveProperty('endedAtMs');
    expect(
      events.filter(({ type }) => type === 'invocation.ended' || type === 'step.interrupted'),
    ).toMatchObject([
      { type: 'step.interrupted', step: 'readPage', kind: 'step', ending: 'died' },
      { type: 'invocation.ended', ending: 'died', invocation: 1 },
      { type: 'invocation.ended', ending: 'handed-off', invocation: 1 },
    ]);
  });

  it('The history of an execution keeps the last 200 invocations, and the sums of those before', async () => {
    const { client, runAll } = importWorld(410);
    await runAll();
    const status = await client.status(executionId);
    expect(status?.history).toHaveLength(200);
    expect(status?.history.at(-1)).toMatchObject({ invocation: 205, ending: 'completed' });
    expect(status?.earlier).toMatchObject({ count: 5, stepCount: 10, failedAttemptCount: 1 });
    const sum = (status?.history ?? []).reduce((total, { costUsd }) => total + costUsd, 0);
    expect(sum + (status?.earlier?.costUsd ?? 0)).toBeCloseTo(status?.costUsd ?? 0, 6);
  });

  it('The history of an execution that is damaged harms nothing, and begins again', async () => {
    const { call, client, sender, start, store } = importWorld();
    await call(start, 'request-1');
    const stored = await store.load(historyId);
    await store.save({ ...(stored as NonNullable<typeof stored>), state: '{"rows":7}' }, stored?.revision);
    expect((await client.status(executionId))?.history).toMatchObject([
      { invocation: 1, ending: 'handed-off' },
    ]);
    await call(JSON.parse(sender.sent.at(-1)?.body ?? ''), 'request-2');
    expect((await client.status(executionId))?.history).toMatchObject([{ invocation: 1 }, { invocation: 2 }]);
  });

  it('The history of an execution that cannot be written harms nothing: the record and the next invocation say what is missing', async () => {
    const { call, client, sender, start, store } = importWorld();
    const save = store.save.bind(store);
    store.save = async (execution, ...rest) => {
      if (execution.executionId === historyId) throw new Error('ThrottlingException');
      return save(execution, ...rest);
    };
    expect(await call(start, 'request-1')).toMatchObject({ status: 'handed-off' });
    expect((await client.status(executionId))?.history).toMatchObject([
      { invocation: 1, ending: 'handed-off', stepCount: 2, bytes: expect.any(Number) },
    ]);
    store.save = save;
    await call(JSON.parse(sender.sent.at(-1)?.body ?? ''), 'request-2');
    expect((await client.status(executionId))?.history).toMatchObject([
      { invocation: 1, ending: 'handed-off', stepCount: 2 },
      { invocation: 2, ending: 'handed-off', stepCount: 2 },
    ]);
  });

  it('The history of an execution is in no list, and costs a cancel no read', async () => {
    const { call, client, start, store } = importWorld();
    await call(start, 'request-1');
    expect((await client.list()).map(({ executionId: id }) => id)).toEqual([executionId]);
    const loaded: string[] = [];
    const load = store.load.bind(store);
    store.load = async (id) => {
      loaded.push(id);
      return load(id);
    };
    await client.cancel(executionId);
    expect(loaded).toEqual([executionId]);
  });

  it('The history of an execution travels in the continuation where there is no store: the last 20 invocations', async () => {
    const sender = new RecordingSender({ channel: 'sqs' });
    const world = virtualWorld({ senders: [sender] });

    @LongRunning({ name: 'Long', ...times })
    class Long {
      @State() n = 0;
      @Step() async work() {
        this.n += 1;
        await world.timer.sleep(51_000);
        return this.n === 25 ? wait({ seconds: 600 }) : undefined;
      }
      @Terminate() isDone() {
        return this.n === 26;
      }
    }

    const handler = createHandler(Long, { providers: world.providers });
    let event: unknown = {};
    for (let number = 1; number <= 25; number += 1) {
      await callHandler(handler, world, event, { remainingMs: 60_000 });
      event = JSON.parse(sender.sent.at(-1)?.body ?? '');
    }
    const { trail } = (
      event as {
        lambdaBaton: { continuation: { trail: { history: { rows: unknown[][]; earlier: object } } } };
      }
    ).lambdaBaton.continuation;
    expect(trail.history.rows.map(([invocation, , , ending]) => [invocation, ending])).toEqual(
      Array.from({ length: 20 }, (_, index) => [index + 6, index === 19 ? 'waiting' : 'handed-off']),
    );
    const { history } = describeTrail(trail);
    expect(history.at(-1)).toMatchObject({
      ...{ invocation: 25, ending: 'waiting', reason: 'wait' },
      untilMs: world.clock.now() + 600_000,
    });
    expect(history[0]).not.toHaveProperty('reason');
    expect(trail.history.earlier).toMatchObject({ count: 5, stepCount: 5 });
  });
});

describe('an end that its process could not tell', () => {
  /** The process dies right after the end was recorded: before the history, and before anything was told. */
  async function dieAfterTheEnd() {
    const parts = importWorld(1);
    const { store, world, call, start } = parts;
    const load = store.load.bind(store);
    const save = store.save.bind(store);
    store.save = (execution, ...rest) =>
      execution.executionId === historyId ? new Promise(() => {}) : save(execution, ...rest);
    store.load = (id) => (id === historyId ? new Promise(() => {}) : load(id));
    const said: string[] = [];
    await call(start, 'request-1', world.clock.now() + 26_500);
    said.push(...parts.events.map(({ type }) => type));
    world.timer.kill();
    Object.assign(store, { save, load });
    return { ...parts, said };
  }
  const endsOf = (events: readonly RuntimeEvent[]) =>
    events.filter(({ type }) => type === 'execution.completed' || type === 'invocation.ended');

  it('An end that its process could not tell is told by the delivery that comes again, with what the record says, once', async () => {
    const { call, client, events, start, world, said } = await dieAfterTheEnd();
    const before = endsOf(events).length;
    expect(said).toContain('step.finished');
    await world.timer.advance(60_000);
    expect(await call(start, 'request-1')).toMatchObject({ status: 'completed' });
    const told = endsOf(events).slice(before);
    expect(told).toMatchObject([
      {
        type: 'execution.completed',
        invocation: 1,
        requestId: 'request-1',
        stepCount: 1,
        failedAttemptCount: 0,
      },
      { type: 'invocation.ended', invocation: 1, requestId: 'request-1', ending: 'completed', stepCount: 1 },
    ]);
    const { history = [], costUsd } = (await client.status(executionId)) ?? {};
    expect(history).toMatchObject([{ invocation: 1, ending: 'completed', costUsd }]);
    expect(told[1]).toMatchObject({ costUsd });
    await call(start, 'request-1');
    await call(start, 'request-2');
    expect(endsOf(events)).toHaveLength(before + 2);
  });

  it('An end that its process could not tell is told by nobody else, and not while the process may be alive', async () => {
    const { call, events, start, world } = await dieAfterTheEnd();
    const before = endsOf(events).length;
    await call(start, 'request-1');
    await world.timer.advance(60_000);
    await call(start, 'request-2');
    expect(endsOf(events)).toHaveLength(before);
  });

  it('An end that its process could not tell is not told again when it was told', async () => {
    const { call, events, runAll, start, world } = importWorld(1);
    await runAll();
    await world.timer.advance(60_000);
    await call(start, 'request-1');
    expect(endsOf(events)).toHaveLength(2);
  });
});

describe('the progress of an execution', () => {
  it('The progress of an execution is kept with its checkpoints, with rate and time left, and listed', async () => {
    const { call, client, start, world } = importWorld();
    await call(start, 'request-1');
    const expected = {
      step: 'readPage',
      done: 2,
      total: 5,
      note: 'page 2',
      ratePerSecond: expect.closeTo(1 / 26, 3),
      remainingMs: expect.any(Number),
      atMs: world.clock.now(),
    };
    const status = await client.status(executionId);
    expect(status?.progress).toEqual(expected);
    expect(status?.progress?.remainingMs).toBeGreaterThan(77_000);
    expect(status?.progress?.remainingMs).toBeLessThan(80_000);
    expect((await client.list())[0]).toMatchObject({ progress: expected, costUsd: status?.costUsd });
  });

  it('The progress of an execution is of running time: what lies between two invocations does not count', async () => {
    const { call, client, sender, start, world } = importWorld();
    await call(start, 'request-1');
    await world.timer.advance(3_600_000);
    await call(JSON.parse(sender.sent.at(-1)?.body ?? ''), 'request-2');
    expect((await client.status(executionId))?.progress).toMatchObject({
      done: 4,
      ratePerSecond: expect.closeTo(1 / 26, 3),
    });
  });

  it('The progress of an execution is kept with heartbeats while a step runs for long', async () => {
    const store = new MemoryCheckpointStore();
    const world = virtualWorld();

    @LongRunning({ name: 'Slow', safeMs: 10_000, intervalMs: 1_000 })
    class Slow {
      @Step() async work({ progress }: StepContext) {
        for (let done = 0; done < 100; done += 1) {
          progress(done, 100);
          await world.timer.sleep(1_000);
        }
      }
      @Terminate() isDone({ cycle }: StepContext) {
        return cycle > 1;
      }
    }

    const handler = createHandler(Slow, {
      providers: [...world.providers, { token: CHECKPOINT_STORE, useValue: store }],
    });
    const event = { lambdaBaton: { v: 1, start: { executionId, input: {} } } };
    await world.timer.drive(
      handler(event, fakeLambdaContext({ clock: world.clock, remainingMs: 900_000 })),
      world.clock.now() + 40_000,
    );
    const status = await new BatonClient({ store, clock: world.clock }).status(executionId);
    expect(status?.progress?.done).toBeGreaterThanOrEqual(24);
    expect(status?.progress).toMatchObject({ total: 100, ratePerSecond: expect.closeTo(1, 1) });
  });
});

it('A file store keeps the history too', async () => {
  const { mkdtempSync, rmSync } = await import('node:fs');
  const { join } = await import('node:path');
  const { tmpdir } = await import('node:os');
  const directory = mkdtempSync(join(tmpdir(), 'baton-history-'));
  try {
    const store = new FileCheckpointStore({ directory });
    const { client, runAll } = importWorld(3, store as unknown as MemoryCheckpointStore);
    await runAll();
    const { history = [] } = (await client.status(executionId)) ?? {};
    // Virtual time goes on while files are written: how many invocations it takes is not certain.
    expect(history.length).toBeGreaterThan(1);
    expect(history.map(({ invocation }) => invocation)).toEqual(history.map((_, index) => index + 1));
    expect(history.map(({ ending }) => ending)).toEqual([
      ...history.slice(1).map(() => 'handed-off'),
      'completed',
    ]);
    expect(await client.list()).toHaveLength(1);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
