import { appendFileSync } from 'node:fs';
import {
  createHandler,
  LongRunning,
  OnFailure,
  State,
  Step,
  type StepContext,
  StepInterruptedError,
  Terminate,
} from 'lambda-baton';

interface Doom {
  readonly how: 'abort' | 'exit' | 'fill' | 'segfault' | 'spin';
  readonly ledger: string;
}

const held: Buffer[] = [];
const megabyte = 1_048_576;

const dooms: Record<Doom['how'], () => unknown> = {
  exit: () => process.exit(7),
  abort: () => process.abort(),
  segfault: () => process.kill(process.pid, 'SIGSEGV'),
  spin: () => {
    for (;;);
  },
  fill: async () => {
    for (;;) {
      held.push(Buffer.alloc(3 * megabyte, 1));
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  },
};

/** A job whose second step kills its process every time. */
@LongRunning({ name: 'doomed', safeMs: 400, intervalMs: 20 })
class Doomed {
  @State() openedCount = 0;

  @Step({ once: true })
  open(ctx: StepContext<Doom>) {
    appendFileSync(ctx.input.ledger, 'open\n');
    this.openedCount += 1;
  }

  @Step()
  work(ctx: StepContext<Doom>) {
    appendFileSync(ctx.input.ledger, 'work\n');
    return dooms[ctx.input.how]() as Promise<void>;
  }

  @Terminate()
  isDone() {
    return false;
  }

  @OnFailure()
  failed(error: unknown, ctx: StepContext<Doom>) {
    const known = error instanceof StepInterruptedError ? error.details : String(error);
    appendFileSync(ctx.input.ledger, `${JSON.stringify(known)}\n`);
  }
}

export const handler = createHandler(Doomed);
