/** Compiled, never run: what the compiler must refuse, line by line. */

import { LongRunning, OnFailure, OnStart, State, Step, Terminate } from '../../src/decorators';
import { createHandler } from '../../src/handler/create-handler';

const times = { safeMs: 60_000, intervalMs: 5_000 };

@LongRunning(times)
export class Sound {
  @State() private cursor: string | null = '';
  @State({ secret: true }) protected readonly token = '';
  @State({
    codec: { encode: (value: Date) => value.getTime(), decode: (stored: number) => new Date(stored) },
  })
  since = new Date();
  constructor(readonly psp: { pay(): void }) {}
  @Step() plain() {}
  @Step({ retry: { maxAttempts: 5 } }) async reconcilePage(_ctx: { input: { page: number } }) {}
  @Step() async *pages(_ctx: { shouldYield(): boolean }) {
    yield;
  }
  @Step() private hidden() {}
  @Terminate() isDone() {
    this.hidden();
    return this.cursor === null;
  }
  @OnFailure() fail(_error: Error, _ctx: { executionId: string }) {}
}

@LongRunning(times)
export class AsyncEnd {
  @Step() step() {}
  @Terminate({ check: 'step' }) async isDone() {
    return true;
  }
}

// @ts-expect-error no options
@LongRunning()
export class NoOptions {}

// @ts-expect-error a required option is missing
@LongRunning({ safeMs: 60_000 })
export class NoInterval {}

// @ts-expect-error an unknown option
@LongRunning({ ...times, intervallMs: 5 })
export class UnknownOption {}

// @ts-expect-error no parentheses
@LongRunning
export class Bare {}

// @ts-expect-error a job can be constructed
@LongRunning(times)
export abstract class Abstract {}

export const handler = createHandler(Sound);
// @ts-expect-error neither is there a handler for an abstract class
export const noHandler = createHandler(Abstract);

@LongRunning({
  ...times,
  // @ts-expect-error no such durability
  durability: 'always',
})
export class BadDurability {}

@LongRunning({
  ...times,
  // @ts-expect-error neither a class nor a Standard Schema
  input: 'ReconcileInput',
})
export class BadInput {}

export class Members {
  // @ts-expect-error no parentheses
  @Step bare() {}
  // @ts-expect-error no parentheses
  @State field = 1;
  // @ts-expect-error a field is no step
  @Step() arrow = () => {};
  // @ts-expect-error a getter is no step
  @Step() get getter() {
    return 1;
  }
  // @ts-expect-error a step is called with the context alone
  @Step() two(_ctx: unknown, _more: string) {}
  // @ts-expect-error a static member is no step
  @Step() static shared() {}
  // @ts-expect-error a static member is no state
  @State() static count = 0;
  // @ts-expect-error a method is no state
  @State() method() {}
  // @ts-expect-error the predicate says true or false
  @Terminate() maybe() {
    return 'yes';
  }
  // @ts-expect-error a symbol is no name
  @Step() [Symbol.iterator]() {}
  // @ts-expect-error a hook takes no options
  @OnStart({ retry: {} }) start() {}
  // @ts-expect-error an unknown option
  @Step({ retries: 3 }) retries() {}
  // @ts-expect-error a codec goes both ways
  @State({ codec: { encode: String } }) oneWay = 1;
  @State({
    // @ts-expect-error what is encoded is not what is decoded
    codec: { encode: (value: Date) => value.getTime(), decode: (stored: string) => new Date(stored) },
  })
  twoForms = new Date();
  // @ts-expect-error what comes back is not what went in
  @State({ codec: { encode: (value: Date) => value.getTime(), decode: (stored: number) => stored } })
  twoValues = new Date();
}
