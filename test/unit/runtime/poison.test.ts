import {
  BatonError,
  CHECKPOINT_STORE,
  createHandler,
  LongRunning,
  OnFailure,
  State,
  Step,
  Terminate,
} from '../../../src';
import { NodePlatform } from '../../../src/runtime/adapters/node/node-platform';
import {
  type ExecutionRecord,
  parseRecord,
  writeRecord,
} from '../../../src/runtime/core/record/execution-record';
import type { StoredExecution } from '../../../src/runtime/ports';
import { MemoryCheckpointStore, RecordingSender } from '../../../src/testing';
import { callHandler, nameStart } from '../../helpers/call-handler';
import { countRuns, pickEvenly, scaleDown, thinOut } from '../../helpers/how-often';
import { virtualWorld } from '../../helpers/virtual-world';

const { checksum } = new NodePlatform();

/** An execution of three items that was handed over after the first one, in its store and in its continuation. */
async function handedOver({ version = 2, step = 'work', name = 'poisoned' } = {}) {
  const store = new MemoryCheckpointStore();
  const sender = new RecordingSender();
  const world = virtualWorld({ senders: [sender] });
  const seen: string[] = [];

  @LongRunning({ name, version, migrations: { 1: (state) => state }, safeMs: 1_000, intervalMs: 100 })
  class Poisoned {
    @State() n = 0;
    @State() notes = new Map([['ü', '🚚']]);
    async work() {
      this.n += 1;
      seen.push(`work ${this.n}`);
      await world.timer.sleep(100);
    }
    @Terminate() isDone() {
      return this.n === 3;
    }
    @OnFailure() failed() {
      seen.push('failed');
    }
  }
  Object.defineProperty(
    Poisoned.prototype,
    step,
    Object.getOwnPropertyDescriptor(Poisoned.prototype, 'work') ?? {},
  );
  Step()(Poisoned.prototype, step as 'work', Object.getOwnPropertyDescriptor(Poisoned.prototype, step) ?? {});

  const handler = createHandler(Poisoned, {
    providers: [...world.providers, { token: CHECKPOINT_STORE, useValue: store }],
  });
  const call = (event: unknown, awsRequestId: string, remainingMs = 60_000) =>
    callHandler(handler, world, nameStart(event, awsRequestId), { remainingMs, awsRequestId });
  await call({ month: '2026-11' }, 'execution-1', 1_050);
  const continuation = sender.sent[0]?.body ?? '';
  seen.length = 0;
  const stored = await store.load('execution-1');
  if (stored === undefined || continuation === '') throw new Error('The execution was not handed over.');
  const replace = async (parts: Partial<StoredExecution>) => {
    const { revision = undefined } = (await store.load('execution-1')) ?? {};
    await store.save({ ...stored, ...parts }, revision);
  };
  return { call, continuation, replace, seen, store, stored, world };
}

type HandedOver = Awaited<ReturnType<typeof handedOver>>;

/** What the delivery of a poisoned thing comes to: the error's code when it is typed and nothing was run or written, else what went wrong. */
async function deliver({ call, seen, store }: HandedOver, event: unknown): Promise<string> {
  const before = await store.load('execution-1');
  const ending = await call(event, 'request-2').then(
    (answer) => `answered ${JSON.stringify(answer)}`,
    (error: unknown) =>
      BatonError.is(error) && error.message.includes('\n→ ') ? error.code : `threw ${String(error)}`,
  );
  if (seen.length > 0) return `ran ${seen.splice(0).join()}`;
  const after = await store.load('execution-1');
  return after?.revision === before?.revision ? ending : `wrote, then ${ending}`;
}

/** How the deliveries of all of these ended, each kind once. */
async function tally(
  execution: HandedOver,
  poisons: readonly string[],
  prepare: (poison: string) => Promise<unknown>,
): Promise<string[]> {
  const endings = new Set<string>();
  for (const poison of poisons) endings.add(await deliver(execution, await prepare(poison)));
  return [...endings].sort();
}

function cuts(text: string): readonly string[] {
  return thinOut(Array.from({ length: text.length }, (_none, length) => text.slice(0, length)));
}

/** The text with one bit of its UTF-8 bytes flipped: each in turn when it is short, else as many from all over it. */
function flips(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const bits = Array.from({ length: bytes.length * 8 }, (_none, bit) => bit);
  const flipped = pickEvenly(thinOut(bits), countRuns(1_500)).map((bit) => {
    const copy = Buffer.from(bytes);
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return copy.toString();
  });
  return flipped.filter((other) => other !== text);
}

const nest = (length: number) => '['.repeat(length / 2) + ']'.repeat(length / 2);
const refused = ['CORRUPT_CONTINUATION', 'INCOMPATIBLE_STATE'];

describe('a checkpoint', () => {
  it('A checkpoint is refused when its record was cut at any length', async () => {
    const execution = await handedOver();
    const endings = await tally(execution, cuts(execution.stored.head), async (head) => {
      await execution.replace({ head });
      return JSON.parse(execution.continuation);
    });
    expect(endings).toEqual(['CORRUPT_CONTINUATION']);
  });

  it('A checkpoint is refused when any bit of its record was flipped', async () => {
    const execution = await handedOver();
    const endings = await tally(execution, flips(execution.stored.head), async (head) => {
      await execution.replace({ head });
      return JSON.parse(execution.continuation);
    });
    expect(endings).toEqual(['CORRUPT_CONTINUATION']);
  });

  it.each([
    ['cut at any length', cuts],
    ['changed in any bit', flips],
  ])(
    'A checkpoint is refused when its state was %s, and the job never starts from zero',
    async (_what, spoil) => {
      const execution = await handedOver();
      const endings = await tally(execution, spoil(execution.stored.state), async (state) => {
        await execution.replace({ state });
        return JSON.parse(execution.continuation);
      });
      expect(endings).toEqual(['CORRUPT_CONTINUATION']);
    },
  );

  it.each([
    ['null', 'null'],
    ['an array', '[]'],
    ['a number', '7'],
    ['a text', '"x"'],
    ['an empty object', '{}'],
    ['of a format to come', '{"v":2}'],
    ['two megabytes of nesting', nest(scaleDown(2_000_000))],
    ['nothing', ''],
  ])('A checkpoint is refused when its record is %s, though the checksum fits', async (_what, text) => {
    const execution = await handedOver();
    await execution.replace({ head: `${checksum(text)} ${text}` });
    expect(refused).toContain(await deliver(execution, JSON.parse(execution.continuation)));
  });

  it.each([
    ['null', 'jnull'],
    ['an array', 'j[]'],
    ['a number', 'j7'],
    ['no JSON', 'j{'],
    ['of no known form', 'x{}'],
    ['packed, but not so', 'pAAAA'],
    ['a text that is no state', 't[[1]]'],
    ['two megabytes of nesting', `j${nest(scaleDown(2_000_000))}`],
    ['two megabytes of nesting, devalued', `t${nest(scaleDown(2_000_000))}`],
  ])('A checkpoint is refused when its state is %s, though the checksum fits', async (_what, state) => {
    const execution = await handedOver();
    const record: ExecutionRecord = {
      ...parseRecord(execution.stored.head, checksum),
      stateChecksum: checksum(state),
    };
    await execution.replace({ state, head: writeRecord(record, checksum) });
    expect(refused).toContain(await deliver(execution, JSON.parse(execution.continuation)));
  });

  it('A checkpoint wins over a continuation whose fuse counters were set back', async () => {
    const execution = await handedOver();
    const { continuation } = JSON.parse(execution.continuation).lambdaBaton;
    const forged = {
      ...continuation,
      startedAtMs: continuation.startedAtMs + 1e9,
      stepCount: 0,
      safePointCount: 0,
      n: undefined,
    };
    const event = { lambdaBaton: { v: 1, ...seal(JSON.parse(JSON.stringify(forged)), { json: { n: 0 } }) } };
    await execution.replace({
      head: writeRecord({ ...parseRecord(execution.stored.head, checksum) }, checksum),
    });
    expect(await execution.call(event, 'request-2')).toMatchObject({ status: 'completed', invocation: 2 });
    expect(execution.seen).toEqual(['work 2', 'work 3']);
    const { continuation: kept } = parseRecord(
      (await execution.store.load('execution-1'))?.head ?? '',
      checksum,
    );
    expect(kept).toMatchObject({ startedAtMs: continuation.startedAtMs, stepCount: 3 });
  });

  it('A checkpoint answers a continuation that was set back to an earlier invocation as a duplicate', async () => {
    const execution = await handedOver();
    const { continuation, state } = JSON.parse(execution.continuation).lambdaBaton;
    const event = { lambdaBaton: { v: 1, ...seal({ ...continuation, invocation: 1 }, state) } };
    expect(await deliver(execution, event)).toContain('"status":"duplicate"');
  });
});

/** Seals what was changed as the sender would have: without a key anybody can. */
function seal(continuation: unknown, state: Record<string, unknown>) {
  const [[kind = '', value] = []] = Object.entries(state);
  return {
    checksum: checksum(`${JSON.stringify(continuation)}\n${kind}\n${JSON.stringify(value)}`),
    continuation,
    state,
  };
}

describe('a continuation', () => {
  const events: [string, (body: string) => unknown][] = [
    ['null', () => ({ lambdaBaton: null })],
    ['an array', () => ({ lambdaBaton: [] })],
    [
      'two megabytes of nesting',
      () => ({
        lambdaBaton: {
          v: 1,
          continuation: JSON.parse(nest(scaleDown(2_000_000))),
          checksum: '0',
          state: {},
        },
      }),
    ],
    ['without a state', (body) => ({ lambdaBaton: { ...JSON.parse(body).lambdaBaton, state: undefined } })],
  ];
  it.each(events)('A continuation is refused when it is %s', async (_what, poison) => {
    const execution = await handedOver();
    expect(await deliver(execution, poison(execution.continuation))).toBe('CORRUPT_CONTINUATION');
  });

  it('A continuation is refused as an item of its batch, so that it goes to the dead letters and not round and round', async () => {
    const { call, continuation, seen } = await handedOver();
    const record = { messageId: 'm', eventSource: 'aws:sqs', body: continuation.slice(0, -20) };
    expect(await call({ Records: [record] }, 'request-2')).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm' }],
    });
    expect(seen).toEqual([]);
  });

  it.each([
    ['another job', { name: 'another' }],
    ['a step that the code does not have', { step: 'renamed' }],
    ['a newer version', { version: 3 }],
  ])(
    'A continuation of %s is refused before anything is run, with or without its checkpoint',
    async (_what, other) => {
      const foreign = await handedOver(other);
      const execution = await handedOver();
      expect(await deliver(execution, JSON.parse(foreign.continuation))).toBe('INCOMPATIBLE_STATE');
      await execution.replace({ head: foreign.stored.head, state: foreign.stored.state });
      expect(await deliver(execution, JSON.parse(execution.continuation))).toBe('INCOMPATIBLE_STATE');
    },
  );

  it('A continuation of newer code leaves its checkpoint as it is, for that code to go on with', async () => {
    const newer = await handedOver({ version: 3 });
    const older = await handedOver();
    await older.replace({ head: newer.stored.head, state: newer.stored.state });
    expect(await deliver(older, JSON.parse(newer.continuation))).toBe('INCOMPATIBLE_STATE');
    const { head = '', state = '' } = (await older.store.load('execution-1')) ?? {};
    await newer.replace({ head, state });
    expect(await newer.call(JSON.parse(newer.continuation), 'request-3')).toMatchObject({
      status: 'completed',
      invocation: 2,
    });
    expect(newer.seen).toEqual(['work 2', 'work 3']);
  });
});
