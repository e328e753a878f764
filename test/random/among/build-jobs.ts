import {
  LongRunning,
  OnCancel,
  OnChildEnd,
  OnComplete,
  OnSignal,
  State,
  Step,
  type StepContext,
  startChildren,
  TerminalError,
  Terminate,
  wait,
  waitForSignal,
} from '../../../src';
import type { AmongProgram, AmongStep, ChildProgram } from './program';
import { maxAttempts } from './program';

/** What the jobs of a program reach beside their fields. */
export interface Outside {
  record(key: string, what: string): Promise<void>;
  cancel(executionId: string): Promise<void>;
  /** A child is at work. */
  enter(executionId: string): Promise<void>;
}

/** The fields of the parent: what its end is known by. */
export interface AmongState {
  readonly at: number;
  readonly notes: readonly string[];
  readonly told: readonly string[];
  readonly woken: readonly string[];
}

const times = { safeMs: 10_000, intervalMs: 9_000 };
const limits = { maxDurationMs: 60 * 86_400_000, maxInterruptions: 1_000, maxIdleInvocations: 100 };

/** Builds the parent of a program, and what its children are of. */
export function buildJobs({ seed, steps, end, slots }: AmongProgram, outside: Outside) {
  const Child = buildChild(outside, slots);
  @LongRunning({ name: `among-${seed}`, ...times, limits })
  class Parent {
    @State() at = 0;
    @State() notes: string[] = [];
    @State() told: string[] = [];
    @State() woken: string[] = [];
    @State() hasPaused = false;
    @State() isDone = false;

    @OnSignal('note') async note(id: unknown, ctx: StepContext) {
      await outside.record(ctx.idempotencyKey, `note ${id}`);
      this.notes.push(String(id));
    }
    @OnChildEnd() async childEnded({ id, status, result }: ChildEnded, ctx: StepContext) {
      await outside.record(ctx.idempotencyKey, `told ${this.at} ${id}`);
      this.told.push(`${this.at} ${id} ${status} ${result}`);
    }
    @Step({ compensate: 'undo', retry: { maxAttempts } }) async *next(ctx: StepContext) {
      this.hear(ctx);
      const step = steps[this.at];
      if (step?.kind === 'signal' && step.isGenerator && !this.hasPaused) {
        this.hasPaused = true;
        await outside.record(ctx.idempotencyKey, `pause ${this.at}`);
        yield waitForSignal(step.name);
        this.hear(ctx);
      }
      this.hasPaused = false;
      const at = this.at;
      this.at += 1;
      if (step === undefined) return this.finish(ctx);
      return play(step, at, ctx, outside, Child);
    }
    @Terminate() isOver() {
      return this.isDone;
    }
    @OnComplete() result() {
      return this.told.length;
    }
    async undo(ctx: StepContext) {
      const at = (ctx.undo?.cycle ?? 0) - 1;
      const step = steps[at];
      if (step?.kind === 'work' && step.hasUndo) await outside.record(ctx.idempotencyKey, `undo ${at}`);
    }
    hear({ woken }: StepContext) {
      if (woken === undefined) return;
      const { by } = woken;
      const rest = by === 'signal' ? ` ${woken.name} ${woken.payload}` : '';
      const counts = by === 'children' ? ` ${woken.total} ${woken.completed} ${woken.failed}` : '';
      this.woken.push(`${by}${rest}${counts}`);
    }
    async finish(ctx: StepContext) {
      await outside.record(ctx.idempotencyKey, 'end');
      if (end === 'fail') throw new TerminalError('failed at the end');
      if (end === 'cancel') await outside.cancel(ctx.executionId);
      this.isDone = end === 'complete';
    }
  }
  return { Parent, Child };
}

interface ChildEnded {
  readonly id: string;
  readonly status: string;
  readonly result?: unknown;
}

async function play(step: AmongStep, at: number, ctx: StepContext, outside: Outside, job: object) {
  switch (step.kind) {
    case 'work':
      await outside.record(ctx.idempotencyKey, `work ${at}`);
      if (ctx.attempt <= step.throws) throw new Error(`failed at ${at}`);
      return undefined;
    case 'wait':
      return wait({ seconds: step.seconds });
    case 'timeout':
      return waitForSignal('nobody', { timeoutSeconds: step.seconds });
    case 'signal':
      return step.isGenerator ? undefined : waitForSignal(step.name);
    case 'children': {
      const { items, concurrency, maxFailures } = step;
      const inputs = items.map((input, index) => ({ id: `c${index}`, input }));
      return startChildren(inputs, { job: job as never, concurrency, maxFailures });
    }
  }
}

function buildChild(outside: Outside, slots: number | undefined) {
  const concurrency = slots === undefined ? {} : { concurrency: { limit: slots } };
  @LongRunning({ name: 'child', ...times, limits, ...concurrency })
  class Child {
    @State() sum = 0;
    @State() isDone = false;

    @Step({ compensate: 'undo' }) async first(ctx: StepContext<ChildProgram>) {
      const { kind, n } = ctx.input;
      await outside.enter(ctx.executionId);
      await outside.record(ctx.idempotencyKey, 'first');
      switch (kind) {
        case 'fail':
          throw new TerminalError('such a child');
        case 'wait':
          return wait({ seconds: n });
        case 'deaf':
          return waitForSignal('nobody');
        case 'revoke':
          await outside.cancel(ctx.executionId.split('/')[0] ?? '');
          return undefined;
        case 'nest': {
          const inputs = [1, 2, 3].map((m) => ({ id: `g${m}`, input: { kind: 'double', n: m } }));
          return startChildren(inputs, { job: Child as never, concurrency: 2 });
        }
        default:
          return undefined;
      }
    }
    @Step() async second(ctx: StepContext<ChildProgram>) {
      await outside.record(ctx.idempotencyKey, 'second');
      if (ctx.input.kind === 'undo') throw new TerminalError('undo me');
      this.isDone = true;
    }
    @OnChildEnd() ended({ result }: ChildEnded) {
      this.sum += Number(result);
    }
    @Terminate() isOver() {
      return this.isDone;
    }
    @OnComplete() result(ctx: StepContext<ChildProgram>) {
      return ctx.input.kind === 'nest' ? this.sum : ctx.input.n * 2;
    }
    async undo(ctx: StepContext) {
      await outside.record(ctx.idempotencyKey, 'undo');
    }
    @OnCancel() async cancelled(ctx: StepContext) {
      await outside.record(ctx.idempotencyKey, 'cancelled');
    }
  }
  return Child;
}
