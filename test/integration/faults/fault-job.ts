// Loaded before the handler runs: a cold SDK on a busy machine would take the time that the test needs.
import '@aws-sdk/client-lambda';
import '@aws-sdk/client-sqs';
import {
  CHECKPOINT_STORE,
  type CheckpointStore,
  createHandler,
  FileCheckpointStore,
  LongRunning,
  NativeTimer,
  OnComplete,
  State,
  Step,
  type StepContext,
  Terminate,
  TIMER,
  wait,
} from '../../../src';
import { nameSave } from './name-save';
import { Trace } from './trace';

const directory = process.env.FAULTS_DIRECTORY ?? '';

/** A store of files that fails as its execution's fault says, at that one call. */
class StruckStore extends FileCheckpointStore {
  override load(executionId: string) {
    const trace = new Trace(directory, executionId);
    return strike(trace, `load ${trace.count('load') + 1}`, () => super.load(executionId));
  }

  override save(...[execution, expected]: Parameters<CheckpointStore['save']>) {
    return strike(new Trace(directory, execution.executionId), nameSave(execution.head), () =>
      super.save(execution, expected),
    );
  }
}

async function strike<Result>(trace: Trace, call: string, perform: () => Promise<Result>): Promise<Result> {
  trace.add({ kind: 'asked', call });
  const fault = trace.takeFault(call);
  if (fault === 'reject') throw new Error('ECONNREFUSED');
  if (fault === '429') throw describeStatus('ThrottlingException', 429);
  if (fault === '500') throw describeStatus('InternalServerError', 500);
  if (fault === 'SIGKILL before') await die();
  if (fault === 'hang') await new Promise(() => {});
  const result = await perform();
  if (result !== undefined) trace.add({ kind: 'done', call });
  if (fault === 'SIGKILL after') await die();
  if (fault === 'lost reply') throw new Error('socket hang up');
  return result;
}

function describeStatus(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });
}

/** Nothing runs after this. */
function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => {});
}

/** Six steps over three invocations: the second ends in the safe window and goes on by Lambda, the fourth waits in the queue. */
@LongRunning({ name: 'faults', safeMs: 1_700, reserveMs: 900, intervalMs: 100 })
class FaultJob {
  @State() trail: string[] = [];

  @Step() one(ctx: StepContext) {
    return this.work(ctx);
  }

  @Step() async two(ctx: StepContext) {
    await this.work(ctx);
    await new Promise<void>((resolve) =>
      ctx.signal.aborted ? resolve() : ctx.signal.addEventListener('abort', () => resolve()),
    );
  }

  @Step() three(ctx: StepContext) {
    return this.work(ctx);
  }

  @Step() async four(ctx: StepContext) {
    await this.work(ctx);
    return wait({ seconds: 1 });
  }

  @Step() five(ctx: StepContext) {
    return this.work(ctx);
  }

  @Step() six(ctx: StepContext) {
    return this.work(ctx);
  }

  @Terminate() isDone({ cycle }: StepContext) {
    return cycle === 2;
  }

  @OnComplete() async end(ctx: StepContext) {
    await this.work(ctx);
    return this.trail;
  }

  /** An effect on the world, and a fault before or after it. */
  private async work({ executionId, step, idempotencyKey, invocation }: StepContext): Promise<void> {
    const trace = new Trace(directory, executionId);
    const call = `in ${step}`;
    trace.add({ kind: 'asked', call });
    const fault = trace.takeFault(call);
    if (fault === 'SIGKILL before') await die();
    trace.add({ kind: 'effect', call, key: idempotencyKey, invocation });
    this.trail.push(step);
    if (fault === 'SIGKILL after') await die();
    if (fault === 'hang') await new Promise(() => {});
  }
}

export const handler = createHandler(FaultJob, {
  providers: [
    { token: CHECKPOINT_STORE, useValue: new StruckStore({ directory: `${directory}/store` }) },
    { token: TIMER, useValue: new NativeTimer() },
  ],
});
