import { appendFileSync } from 'node:fs';
import {
  CHECKPOINT_STORE,
  CONTINUATION_SENDERS,
  createHandler,
  FileCheckpointStore,
  LOGGER,
  LongRunning,
  NativeTimer,
  OnComplete,
  OnFailure,
  OnHandoff,
  OnResume,
  OnStart,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
  TIMER,
} from '../../../src';
import { serveEnvironment, TellingSender } from '../environments/serve-environment';
import type { CrowdLine } from './crowd-line';

const [directory = '', ledger = ''] = process.argv.slice(2);

interface Input {
  readonly number: number;
}

function write(line: CrowdLine): void {
  appendFileSync(ledger, `${JSON.stringify(line)}\n`);
}

/** A logger that notices lines of one execution under the name of another. */
function log(message: string, fields: object = {}): void {
  const { executionId, number } = fields as { executionId?: string; number?: number };
  if (message === 'worked' && executionId !== `execution-${number}`)
    write({ kind: 'foreign', executionId: `${executionId}`, what: 'log' });
}

/** Rows of its own, by its number; every third step ends the invocation, and every tenth execution fails. */
@LongRunning({ name: 'crowd', safeMs: 3_000, reserveMs: 500, intervalMs: 100 })
class CrowdJob {
  @State() rows: number[] = [];
  @State() owner = '';
  mine = '';

  @OnStart() begin(ctx: StepContext<Input>) {
    this.owner = ctx.executionId;
    this.tell('start', ctx);
  }

  @OnResume() wake(ctx: StepContext<Input>) {
    this.tell('resume', ctx);
  }

  @Step() async work(ctx: StepContext<Input>) {
    this.tell('work', ctx);
    const { number } = ctx.input;
    this.rows.push(number * 1_000 + this.rows.length);
    await new Promise((resolve) => setTimeout(resolve, number % 7));
    this.check('work', ctx);
    ctx.logger.info('worked', { number });
    if (number % 10 === 3 && this.rows.length === 4) throw new TerminalError(`failure of ${number}`);
    if (this.rows.length % 3 === 2)
      await new Promise<void>((resolve) => ctx.signal.addEventListener('abort', () => resolve()));
  }

  @OnHandoff() sleep(ctx: StepContext<Input>) {
    this.tell('handoff', ctx);
  }

  @Terminate() isDone() {
    return this.rows.length === 6;
  }

  @OnComplete() end(ctx: StepContext<Input>) {
    this.tell('complete', ctx);
    return { number: ctx.input.number, rows: this.rows };
  }

  @OnFailure() fail(_error: unknown, ctx: StepContext<Input>) {
    this.tell('failure', ctx);
  }

  private tell(what: string, ctx: StepContext<Input>): void {
    this.check(what, ctx);
    write({ kind: 'hook', executionId: ctx.executionId, what });
  }

  private check(what: string, { executionId, input }: StepContext<Input>): void {
    const isOurs =
      this.owner === executionId &&
      executionId === `execution-${input.number}` &&
      ['', executionId].includes(this.mine);
    if (!isOurs) write({ kind: 'foreign', executionId, what });
    this.mine = executionId;
  }
}

serveEnvironment(
  createHandler(CrowdJob, {
    providers: [
      { token: CHECKPOINT_STORE, useValue: new FileCheckpointStore({ directory }) },
      { token: CONTINUATION_SENDERS, useValue: [new TellingSender('lambda')] },
      { token: TIMER, useValue: new NativeTimer() },
      { token: LOGGER, useValue: { debug: log, info: log, warn: log, error: log } },
    ],
  }),
);
