import {
  CHECKPOINT_STORE,
  createHandler,
  goTo,
  LongRunning,
  OnComplete,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
  wait,
} from '../../../src';
import { MemoryCheckpointStore, RecordingSender } from '../../../src/testing';
import { callHandler } from '../../helpers/call-handler';
import { virtualWorld } from '../../helpers/virtual-world';

/** What a fixture holds: the messages and the record of an execution in mid-run, as a released version wrote them. */
export interface FormatFixture {
  readonly version: string;
  readonly kind: string;
  readonly continuation: string;
  readonly stored: {
    readonly executionId: string;
    readonly head: string;
    readonly state: string;
    readonly job: string;
  };
  /** The answer of the execution when it is carried on. */
  readonly result: unknown;
}

/** The kinds of state and position that a continuation or a record can hold. */
export const formatKinds = [
  'json',
  'text',
  'packed',
  'waiting',
  'yielded',
  'failed-attempt',
  'large',
] as const;

type FormatKind = (typeof formatKinds)[number];

interface Input {
  readonly kind: FormatKind;
}

const cargoes: Partial<Record<FormatKind, () => unknown>> = {
  text: () =>
    new Map<unknown, unknown>([
      ['at', new Date(1_800_000_000_000)],
      ['ids', new Set([1n, 2n])],
    ]),
  packed: () => Array.from({ length: 6_000 }, (_none, id) => ({ id, name: 'the same name' })),
  large: () => Array.from({ length: 600 }, (_none, index) => Math.imul(index + 1, 2_654_435_761) >>> 0),
};

/** Makes the job, its handler, its store and its channel again. */
export function openFormats({ name = 'formats', version = 1, withStore = true, maxBytes = 1_048_576 } = {}) {
  const sender = new RecordingSender({ channel: 'sqs', maxBytes });
  const store = new MemoryCheckpointStore();
  const world = virtualWorld({ senders: [sender] });

  @LongRunning({
    name,
    version,
    migrations: version === 1 ? {} : { 1: (state) => ({ ...state, migrated: true }) },
    safeMs: 1_000,
    intervalMs: 500,
  })
  class Formats {
    @State() n = 0;
    @State() cargo: unknown = { text: 'ü 🚚 \u0000 \uFFFE', list: [1, null, 'x'] };
    @State() migrated = false;

    @Step({ once: true })
    async *open(ctx: StepContext<Input>) {
      this.cargo = cargoes[ctx.input.kind]?.() ?? this.cargo;
      this.n += 1;
      await world.timer.sleep(100);
      yield;
    }

    @Step({ retry: { initialDelayMs: 30_000 } })
    async work(ctx: StepContext<Input>) {
      this.n += 1;
      await world.timer.sleep(100);
      if (ctx.input.kind === 'failed-attempt' && ctx.attempt === 1) throw new Error('the first attempt');
      if (ctx.input.kind === 'waiting' && this.n === 2) return wait({ seconds: 600 });
      return this.n === 3 ? goTo('work') : undefined;
    }

    @Step()
    async never() {
      if (this.n > 90) throw new TerminalError('never');
    }

    @Terminate({ check: 'step' })
    isDone() {
      return this.n >= 5;
    }

    @OnComplete()
    end() {
      return {
        n: this.n,
        cargo: JSON.stringify(this.cargo instanceof Map ? [...this.cargo.keys()] : this.cargo).length,
        migrated: this.migrated,
      };
    }
  }

  const providers = [
    ...world.providers,
    ...(withStore ? [{ token: CHECKPOINT_STORE, useValue: store }] : []),
  ];
  const handler = createHandler(Formats, { providers });
  const call = (event: unknown, awsRequestId: string, remainingMs = 60_000) =>
    callHandler(handler, world, event, { remainingMs, awsRequestId });
  return { call, sender, store, world };
}

/** Runs an execution of this kind until it has handed over for the first time, and keeps what is there then. */
export async function captureFormat(kind: FormatKind, version: string): Promise<FormatFixture> {
  const { call, sender, store } = openFormats(kind === 'large' ? { maxBytes: 1_500 } : {});
  await call({ kind }, `formats-${kind}`, kind === 'yielded' ? 1_050 : 1_150);
  const { head, state, job, executionId } = (await store.load(`formats-${kind}`)) ?? {
    head: '',
    state: '',
    job: '',
    executionId: '',
  };
  const fixture = {
    version,
    kind,
    continuation: sender.sent[0]?.body ?? '',
    stored: { executionId, head, state, job },
  };
  return { ...fixture, result: await carryOn(fixture) };
}

/** Carries a captured execution on to its end, with its store or without one. */
export async function carryOn(
  { continuation, stored }: Pick<FormatFixture, 'continuation' | 'stored'>,
  options: Parameters<typeof openFormats>[0] = {},
) {
  const { call, sender, store, world } = openFormats(options);
  await store.save({ ...stored, status: 'running', startedAtMs: 0, expiresAtMs: 9e15 }, undefined);
  let event: unknown = JSON.parse(continuation);
  for (let delivery = 1; delivery < 20; delivery += 1) {
    const answer = await call(event, `later-${delivery}`);
    if (answer === undefined || !('status' in answer)) throw new Error('A batch was answered.');
    if (answer.status === 'completed') return answer.result;
    const next = sender.sent.at(-1);
    await world.timer.advance((next?.delaySeconds ?? 0) * 1_000);
    event = JSON.parse(next?.body ?? 'null');
  }
  throw new Error('The execution does not end.');
}
