import {
  createHandler,
  inject,
  LongRunning,
  State,
  Step,
  type StepContext,
  Terminate,
  wait,
} from '../../../src';

/** What the job writes to: a file on the local Lambda, a list in the kit. */
export interface Ledger {
  write(line: string): void;
  /** Resolves after that many milliseconds. */
  sleep(ms: number): Promise<void>;
}

/** The token of the {@link Ledger}. */
export const LEDGER = Symbol('LEDGER');

/** Does a little of everything, and hands over after every step of the second kind. */
@LongRunning({ safeMs: 3_000, intervalMs: 100, reserveMs: 1_500 })
export class LedgerJob {
  @State() rounds = 0;
  @State() rows: number[] = [];

  constructor(@inject(LEDGER) private readonly ledger: Ledger) {}

  @Step({ once: true }) prepare({ idempotencyKey }: StepContext) {
    this.ledger.write(`prepare ${idempotencyKey}`);
    return wait({ seconds: 3 });
  }

  @Step({ retry: { maxAttempts: 3, initialDelayMs: 20 } }) flaky({ attempt, idempotencyKey }: StepContext) {
    this.ledger.write(`flaky ${idempotencyKey} attempt ${attempt}`);
    if (attempt < 3) throw new Error('on purpose');
  }

  @Step() async fillInvocation(ctx: StepContext) {
    while (!ctx.shouldYield()) await this.ledger.sleep(50);
    this.rounds += 1;
    this.ledger.write(`round ${this.rounds} ${ctx.idempotencyKey} in invocation ${ctx.invocation}`);
  }

  @Step() *writeRows({ idempotencyKey }: StepContext) {
    while (this.rows.length < this.rounds * 2) {
      this.rows.push(this.rows.length);
      this.ledger.write(`row ${this.rows.length} ${idempotencyKey}`);
      yield;
    }
  }

  @Terminate() isDone(ctx: StepContext<{ rounds: number }>) {
    return this.rounds === ctx.input.rounds;
  }
}

const { LEDGER_FILE } = process.env;

const fileLedger: Ledger = {
  write: (line) => process.getBuiltinModule('node:fs').appendFileSync(LEDGER_FILE ?? '', `${line}\n`),
  sleep: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
};

export const handler =
  LEDGER_FILE === undefined
    ? undefined
    : createHandler(LedgerJob, { providers: [{ token: LEDGER, useValue: fileLedger }] });
