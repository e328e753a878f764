import {
  complete,
  type Directive,
  goTo,
  LongRunning,
  OnComplete,
  OnStart,
  RetryableError,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
  wait,
  waitUntil,
} from '../../src';
import { epochMs } from '../../src/testing';
import { createFields, editFields, type Fields } from './fields';
import type { Command, End, HookProgram, Loop, Program, StepProgram } from './program';

/** What a program reaches beside its fields. */
export interface Outside {
  /** Does something that cannot be undone, named by what it is and where it stands. */
  record(key: string, what: string): Promise<void>;
  sleep(ms: number): Promise<void>;
}

/** The function's time-out is six times this, in milliseconds: an invocation does some of the work, not all. */
export const safeMs = 10_000;

const limits = { maxInvocations: 5_000, maxIdleInvocations: 100, maxInterruptions: 1_000 };

/** Builds the job class of a program, with the decorators applied as functions. */
export function buildJob(program: Program, outside: Outside): new () => Fields {
  class RandomJob {
    constructor() {
      Object.assign(this, createFields());
    }
  }
  const job = RandomJob.prototype;
  const define = (name: string, decorate: Decorate, value: (this: Fields, ctx: StepContext) => unknown) => {
    Object.defineProperty(job, name, { value, writable: true, configurable: true });
    decorate(job, name, Object.getOwnPropertyDescriptor(job, name) as TypedPropertyDescriptor<typeof value>);
  };
  for (const field of Object.keys(createFields())) State()(job, field);
  for (const [name, decorate, hook] of [
    ['onStart', OnStart(), program.onStart],
    ['onComplete', OnComplete(), program.onComplete],
  ] as const) {
    if (hook !== undefined) define(name, decorate as Decorate, playHook(name, hook, outside));
  }
  for (const step of program.steps)
    define(step.name, Step(readOptions(step)) as Decorate, playStep(step, outside));
  define('isDone', Terminate({ check: program.check }) as Decorate, function ({ cycle }) {
    return cycle > program.cycles || this.total >= program.maxTotal;
  });
  LongRunning({ name: `random-${program.seed}`, safeMs, intervalMs: 9_000, limits })(RandomJob);
  return RandomJob as unknown as new () => Fields;
}

type Decorate = (target: object, member: string, descriptor: PropertyDescriptor) => void;

function readOptions({ once, maxAttempts, initialDelayMs, minBudgetMs }: StepProgram) {
  return { once, retry: { maxAttempts, initialDelayMs }, ...(minBudgetMs > 0 ? { minBudgetMs } : {}) };
}

function playHook(name: string, { body, value }: HookProgram, outside: Outside) {
  return async function (this: Fields, ctx: StepContext) {
    for (const pause of play(body, name, { fields: this, ctx, outside })) await pause;
    return value;
  };
}

function playStep(step: StepProgram, outside: Outside) {
  const begin = (fields: Fields, ctx: StepContext) => playUnits(step, { fields, ctx, outside });
  switch (step.form) {
    case 'plain':
      return function (this: Fields, ctx: StepContext) {
        return drain(begin(this, ctx));
      };
    case 'async':
      return async function (this: Fields, ctx: StepContext) {
        const units = begin(this, ctx);
        for (;;) {
          const { done, value } = units.next();
          if (done) return value;
          await value;
        }
      };
    case 'generator':
      return function* (this: Fields, ctx: StepContext) {
        return yield* begin(this, ctx);
      };
    case 'async-generator':
      return async function* (this: Fields, ctx: StepContext) {
        const units = begin(this, ctx);
        for (;;) {
          const { done, value } = units.next();
          if (done) return value;
          if (value === undefined) yield;
          else await value;
        }
      };
  }
}

function drain<Value>(generator: Generator<unknown, Value>): Value {
  for (;;) {
    const { done, value } = generator.next();
    if (done) return value as Value;
  }
}

interface Scene {
  readonly fields: Fields;
  readonly ctx: StepContext;
  readonly outside: Outside;
}

/** A step from its top: the loops go on where their counters stand. Gives a promise where it waits, and nothing where it yields. */
function* playUnits(
  step: StepProgram,
  scene: Scene,
): Generator<Promise<void> | undefined, Directive | undefined> {
  const { fields, ctx } = scene;
  if (step.loop !== undefined) {
    fields.counters[step.name] ??= [0, 0, 0];
    yield* playLoop(step.loop, step.name, 0, scene);
    fields.counters[step.name] ??= [0, 0, 0];
  }
  yield* play(step.body, step.name, scene);
  delete fields.counters[step.name];
  return step.end && playEnd(step.end, step.name, fields, ctx);
}

function* playLoop(
  { times, inner, body }: Loop,
  name: string,
  depth: number,
  scene: Scene,
): Generator<Promise<void> | undefined> {
  const counters = scene.fields.counters[name] as number[];
  while ((counters[depth] ?? 0) < times) {
    if (inner !== undefined) yield* playLoop(inner, name, depth + 1, scene);
    yield* play(body, `${name}[${counters.slice(0, depth + 1).join()}]`, scene);
    counters[depth] = (counters[depth] ?? 0) + 1;
    counters.fill(0, depth + 1);
    yield undefined;
  }
}

function* play(commands: readonly Command[], place: string, scene: Scene): Generator<Promise<void>> {
  for (const [index, command] of commands.entries()) yield* playCommand(command, `${place}.${index}`, scene);
}

function* playCommand(command: Command, place: string, scene: Scene): Generator<Promise<void>> {
  const { fields, ctx, outside } = scene;
  switch (command.kind) {
    case 'effect':
      yield outside.record(ctx.idempotencyKey, place);
      return;
    case 'repeat':
      for (let pass = 0; pass < command.times; pass += 1)
        yield* play(command.body, `${place}(${pass})`, scene);
      return;
    case 'sleep':
      yield outside.sleep(command.ms);
      return;
    case 'terminal':
      if (fields.total >= command.total) throw new TerminalError(`terminal at ${place}`);
      return;
    case 'throw':
      if (ctx.attempt <= command.attempts) throw failedError(command.retryAfterMs, place);
      return;
    default:
      editFields(fields, command);
  }
}

function failedError(retryAfterMs: number | undefined, place: string): Error {
  const message = `thrown at ${place}`;
  return retryAfterMs === undefined ? new Error(message) : new RetryableError({ retryAfterMs, message });
}

function playEnd(end: End, name: string, fields: Fields, ctx: StepContext): Directive | undefined {
  switch (end.kind) {
    case 'complete':
      return fields.total >= end.total ? complete(`${end.value} in ${ctx.cycle}`) : undefined;
    case 'goTo': {
      const jumps = fields.jumps[name] ?? 0;
      if (jumps >= end.times) return undefined;
      fields.jumps[name] = jumps + 1;
      return goTo(end.step);
    }
    case 'wait':
      return wait({ seconds: end.seconds });
    case 'waitUntil':
      return waitUntil(new Date(epochMs + end.days * 86_400_000));
  }
}
