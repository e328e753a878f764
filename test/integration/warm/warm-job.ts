import {
  CHECKPOINT_STORE,
  CLOCK,
  CONTINUATION_SENDERS,
  createHandler,
  FileCheckpointStore,
  LOGGER,
  LongRunning,
  MemoryCheckpointStore,
  OnComplete,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
} from '../../../src';
import type { CheckpointStore, ListQuery, StoredExecution } from '../../../src/runtime/ports';
import { RecordingSender, VirtualClock } from '../../../src/testing';

const [storeKind = '', durability = '', count = '0', directory = ''] = process.argv.slice(2);

/** A store in memory that keeps one execution: what it held of others would look like a leak. */
class ForgetfulStore implements CheckpointStore {
  #store = new MemoryCheckpointStore();
  #executionId = '';

  load(executionId: string) {
    return this.#store.load(executionId);
  }

  /** Another execution takes the place of the one before; a mark that is looked for, and not there, does not. */
  save(execution: StoredExecution, expected: string | undefined) {
    if (!execution.executionId.startsWith('lambda-baton:')) {
      if (execution.executionId !== this.#executionId) this.#store = new MemoryCheckpointStore();
      this.#executionId = execution.executionId;
    }
    return this.#store.save(execution, expected);
  }

  list(query: ListQuery) {
    return this.#store.list(query);
  }
}

/** The clock is moved by the steps, so that no invocation takes real time; timers are real ones. */
const clock = new VirtualClock();
const store = storeKind === 'files' ? new FileCheckpointStore({ directory }) : new ForgetfulStore();
const sender = new RecordingSender();
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** A step with a time-out that is sometimes tried again and sometimes fails, and a generator that takes several invocations. */
@LongRunning({
  name: 'warm',
  safeMs: 10_000,
  intervalMs: 1_000,
  durability: durability === 'step' ? 'step' : { everyMs: 1_000 },
})
class Warm {
  @State() row = 0;
  @State() rows: string[] = [];
  @State() seen = new Map<string, number>();

  @Step({ timeoutMs: 60_000, retry: { maxAttempts: 3, initialDelayMs: 1, maxDelayMs: 1 } }) async work(
    ctx: StepContext<{ number: number }>,
  ) {
    void ctx.signal.aborted;
    this.rows.push('x'.repeat(1_000));
    await Promise.resolve();
    if (ctx.input.number % 10 === 3 && this.rows.length === 3) throw new TerminalError('as asked');
    if (ctx.input.number % 10 === 4 && ctx.attempt === 1) {
      clock.block(2);
      throw new Error('again');
    }
  }

  @Step() async *rest(ctx: StepContext) {
    while (this.row < 3) {
      this.row += 1;
      this.seen.set(`${ctx.cycle}-${this.row}`, this.row);
      clock.block(26_000);
      yield;
    }
    this.row = 0;
  }

  @Terminate() isDone() {
    return this.rows.length === 5;
  }

  @OnComplete() end() {
    return this.rows.length;
  }
}

const handler = createHandler(Warm, {
  providers: [
    { token: CHECKPOINT_STORE, useValue: store },
    { token: CLOCK, useValue: clock },
    { token: CONTINUATION_SENDERS, useValue: [sender] },
    { token: LOGGER, useValue: silent },
  ],
});

let invocations = 0;

async function invoke(event: unknown, awsRequestId: string): Promise<string> {
  const deadlineMs = clock.now() + 60_000;
  invocations += 1;
  const context = {
    awsRequestId,
    functionName: 'warm',
    functionVersion: '3',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:warm',
    getRemainingTimeInMillis: () => deadlineMs - clock.now(),
  };
  try {
    return ((await handler(event, context)) as { status: string }).status;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** Runs executions one after the other until that many invocations were made. */
async function runInvocations(until: number, statuses: Map<string, number>): Promise<void> {
  for (let number = invocations; invocations < until; number += 1) {
    const executionId = `execution-${number}`;
    let event: unknown = { lambdaBaton: { v: 1, start: { executionId, input: { number } } } };
    for (let hop = 1; ; hop += 1) {
      sender.sent.length = 0;
      sender.tried.length = 0;
      const status = await invoke(event, `${executionId}-${hop}`);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const next = sender.sent.at(-1);
      if (next === undefined) break;
      event = JSON.parse(next.body);
    }
  }
}

async function measureHeap(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
}

async function report(): Promise<void> {
  const statuses = new Map<string, number>();
  await runInvocations(Number(count) / 2, statuses);
  const before = await measureHeap();
  await runInvocations(Number(count), statuses);
  const after = await measureHeap();
  const active = process.getActiveResourcesInfo().filter((kind) => !/Pipe|TTY/.test(kind));
  const report = { invocations, grownBytes: after - before, active, statuses: Object.fromEntries(statuses) };
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

void report();
